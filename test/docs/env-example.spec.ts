import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { settingsExample } from '../../src/settings-example.js';

describe('.env.example', () => {
  it('lists every variable and every setting of a built-in provider (else: node scripts/print-env-example.mjs > .env.example)', async () => {
    expect(readFileSync(resolve('.env.example'), 'utf8')).toBe(await settingsExample(resolve('src/providers')));
  });
});
