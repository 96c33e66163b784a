import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ProviderManifest } from '../../src/contracts/manifest.js';
import { anthropic } from '../../src/providers/anthropic/anthropic.module.js';
import { gemini } from '../../src/providers/gemini/gemini.module.js';
import { openAi } from '../../src/providers/openai/openai.module.js';

function rowOf({ id, imports }: ProviderManifest): string {
  const quoted = (names: readonly string[] = []): string => names.map((name) => `\`${name}\``).join(', ');
  const { codex, opencode, 'cli-proxy-api': cliProxyApi } = imports?.accounts ?? {};
  const cells = [`\`${id}\``, quoted(imports?.environment), codex === undefined ? '' : 'yes', quoted(opencode), quoted(cliProxyApi)];
  return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
}

describe('docs/importing.md', () => {
  const page = readFileSync(join(process.cwd(), 'docs/importing.md'), 'utf8');

  it.each([anthropic, gemini, openAi].map(({ manifest }) => [manifest.id, manifest] as const))(
    'says what %s recognises',
    (_id, manifest) => {
      expect(page.split('\n')).toContain(rowOf(manifest));
    },
  );
});
