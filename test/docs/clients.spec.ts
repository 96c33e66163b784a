import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { doors } from '../../src/transports/http/doors/doors.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

const root = process.cwd();
const page = readFileSync(join(root, 'docs/clients.md'), 'utf8');
const loader = join(root, 'node_modules/tsx/dist/loader.mjs');

interface SetUp {
  readonly title: string;
  readonly language: string;
  readonly code: string;
}

const setUps = [...page.matchAll(/^### (.+)\n\n```(ts|sh)\n([\s\S]*?)^```/gm)].map(([, title = '', language = '', code = '']): SetUp => ({
  title,
  language,
  code,
}));

describe('docs/clients.md', () => {
  let gateway: TestGateway;
  let folder: string;

  beforeAll(async () => {
    // Beneath node_modules, so that the packages are found from there.
    mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
    folder = mkdtempSync(join(root, 'node_modules/.cache/clients-'));
    gateway = await startTestGateway();
    for (const [provider, { apiKey, demo }] of gateway.simulators) {
      const body = { provider, authType: 'api_key', name: demo.session, credentials: { apiKey } };
      await gateway.call('POST', '/api/sessions', { body });
    }
  }, 60_000);

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await gateway.close();
  });

  async function run({ title, language, code }: SetUp): Promise<string> {
    const file = join(folder, `${title.replaceAll(/\W/g, '-')}.${language === 'ts' ? 'mts' : 'sh'}`);
    writeFileSync(file, code.replaceAll('http://127.0.0.1:4000', gateway.gateway.url));
    const [command, args] = language === 'ts' ? [process.execPath, ['--import', loader, file]] : ['/bin/sh', [file]];
    const env = { PATH: process.env['PATH'], MAESTRO_KEY: gateway.adminKey };
    return (await promisify(execFile)(command, args, { env })).stdout;
  }

  it.each(setUps.map((setUp) => [setUp.title, setUp] as const))(
    'shows a set-up of %s that works as it stands there',
    async (_title, setUp) => {
      // The first and the last word of what the simulators say.
      const output = await run(setUp);
      expect(output).toContain('Grüße ');
      expect(output).toContain('word.');
    },
  );

  it('shows more than one, and names the base of every door', () => {
    expect(setUps.length).toBeGreaterThanOrEqual(4);
    for (const { mounts } of doors) {
      const prefix = mounts.at(-1)?.replace(/\/v\w+$/, '') ?? '';
      expect(page).toContain(`\`${prefix}`);
    }
  });
});
