import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What a suite writes with `SECRET` in it, in every form that a secret could take on its way out. */
const planted: Readonly<Record<string, string>> = {
  raw: '`{"level":"info","msg":"using ${SECRET}"}`',
  'in other letters': '`X-API-KEY: ${SECRET.toUpperCase()}`',
  hex: 'Buffer.from(`key=${SECRET}`).toString("hex")',
  base64: 'Buffer.from(`user:${SECRET}`).toString("base64")',
  'url-encoded': '[...SECRET].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join("")',
  'JSON-escaped': String.raw`[...SECRET].map((letter) => "\\u00" + letter.charCodeAt(0).toString(16)).join("")`,
};

/** A run of its own, with the set-up and the end of all runs, and one suite that writes what it is told. */
async function runOf(expression: string): Promise<{ readonly exitCode: unknown; readonly text: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'planted-'));
  const support = resolve('test/support');
  writeFileSync(
    join(folder, 'planted.spec.js'),
    `const SECRET = process.env.MAESTRO_TEST_MARK + '0123abcd';
     test('passes', () => require('fs').appendFileSync(process.env.MAESTRO_TEST_OUTPUT + '/log-1', 'before ' + ${expression} + ' after'));`,
  );
  const config = {
    ...{ rootDir: folder, testRegex: 'spec', transform: {}, maxWorkers: 1, cache: false },
    ...{ globalSetup: join(support, 'postgres-setup.mjs'), globalTeardown: join(support, 'postgres-teardown.mjs') },
  };
  const args = [resolve('node_modules/jest/bin/jest.js'), '--config', JSON.stringify(config)];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, MAESTRO_TEST_FIGURES: '' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (text += piece.toString()));
  const [exitCode] = (await once(child, 'close')) as readonly unknown[];
  rmSync(folder, { recursive: true, force: true });
  const kept = /kept in (\S+):/.exec(text)?.[1];
  if (kept !== undefined) rmSync(kept, { recursive: true, force: true });
  return { exitCode, text };
}

describe('a run of the tests', () => {
  it('fails where a secret came out in any form, and says where and in which', async () => {
    const { exitCode, text } = await runOf(`[${Object.values(planted).join(', ')}].join('\\n')`);

    expect(text).toContain('1 passed');
    for (const form of Object.keys(planted)) expect(text).toContain(`log-1: ${form}`);
    expect(exitCode).toBe(1);
  }, 120_000);

  it('does not fail for what only looks like one', async () => {
    expect(await runOf('SECRET.slice(1)')).toMatchObject({ exitCode: 0 });
  }, 120_000);
});
