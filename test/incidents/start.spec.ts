import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { adminKeyIn } from '../../src/config/admin-key.js';
import { EnvironmentError, loadEnvironment } from '../../src/config/environment.js';

function problemsWith(source: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadEnvironment(source);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
}

describe('what went wrong at the start of gateways of others', () => {
  const known = [
    'sk-1234',
    'changeme',
    'your-api-key-1',
    `sk-1234${'0'.repeat(32)}`,
    'sk-1234567890abcdefghijklmnopqrstuvwxyz',
    'change-me-change-me-change-me-change-me',
    'CHANGE_ME_TO_SOMETHING_LONG_AND_SECRET',
    'your-master-key-goes-here-32-characters',
    'mk_example_0f3c9a77b1d24e5599aa10cc42ee',
    'k'.repeat(64),
    'abcabcabcabcabcabcabcabcabcabcabcabcabc',
    '0123456789abcdef0123456789abcdef',
  ];

  it.each(known)('LiteLLM PR 42019, CLIProxyAPI 3376 and 3735: no gateway starts with the key %s, which everybody knows', (key) => {
    const problems = problemsWith({ MAESTRO_ADMIN_KEY: key });
    expect(problems).toEqual([expect.stringMatching(/^MAESTRO_ADMIN_KEY must be /)]);
    expect(problems.join()).not.toContain(key);
  });

  it('LiteLLM PR 42019, CLIProxyAPI 3376 and 3735: without a key one is made, other each time, and the port is for this machine', () => {
    const folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'maestro-first-start-')));
    const made = folders.map((folder) => adminKeyIn(folder).key);

    expect(loadEnvironment({})).toMatchObject({ host: '127.0.0.1' });
    expect(loadEnvironment({ MAESTRO_ADMIN_KEY: '' }).adminKey).toBeUndefined();
    expect(new Set(made).size).toBe(2);
    // What is made is never refused.
    for (const key of made) expect(problemsWith({ MAESTRO_ADMIN_KEY: key })).toEqual([]);
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
});
