import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { sampleSimulator } from '../../templates/provider/testing/sample.simulator.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import type { RunningSimulator } from '../../src/contracts/simulator.js';
import { providerTemplateFolder } from '../../src/provider-template.js';
import { scaffoldedFiles, writeScaffold } from '../../src/transports/cli/scaffold.js';
import { copied, installed, linkedModules, packed, packedMaestro } from '../support/packed-maestro.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

const apiKey = 'stranger-simulated-key-of-the-right-form';
const adminKey = `mk_${randomBytes(32).toString('hex')}`;

/** A package that nobody here wrote: made outside of src, against what is published, with a copy of Maestro of its own. */
describe('a stranger’s package', () => {
  let root: string;
  let maestro: string;
  let modules: string;
  let database: TestDatabase;
  let simulator: RunningSimulator;
  let gateway: ChildProcessWithoutNullStreams | undefined;
  let kitOutput: string;
  let log = '';

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'maestro-stranger-'));
    maestro = packedMaestro(root);
    const stranger = join(root, 'maestro-provider-stranger');
    await writeScaffold(stranger, scaffoldedFiles(providerTemplateFolder, ProviderId.parse('stranger')));
    linkedModules(join(stranger, 'node_modules'));
    installed(maestro, join(stranger, 'node_modules'), 'maestro-llm');
    execFileSync(process.execPath, [resolve('node_modules/typescript/bin/tsc')], { cwd: stranger });
    kitOutput = execFileSync(process.execPath, ['--test', 'dist/test/stranger.conformance.test.js'], { cwd: stranger, encoding: 'utf8' });

    modules = join(root, 'application/node_modules');
    linkedModules(modules);
    installed(maestro, modules, 'maestro-llm');
    const own = installed(packed(stranger, root), modules, 'maestro-provider-stranger');
    installed(maestro, join(own, 'node_modules'), 'maestro-llm');
    plantTomorrow(own);
    plantBreaking();
    [database, simulator] = await Promise.all([freshDatabase(), sampleSimulator.start({ apiKey })]);
    const child = start();
    gateway = child;
    await until(() => /http:\/\/127\.0\.0\.1:\d+/.test(log) || child.exitCode !== null);
  }, 240_000);

  afterAll(async () => {
    if (gateway?.kill() === true) await once(gateway, 'close');
    await Promise.all([database.close(), simulator.close()]);
    rmSync(root, { recursive: true });
  });

  /** The same provider, made with the next major of the contracts. */
  function plantTomorrow(stranger: string): void {
    const tomorrow = copied(stranger, join(modules, 'maestro-provider-tomorrow'));
    for (const file of readdirSync(join(tomorrow, 'dist/src'))) replaceIn(join(tomorrow, 'dist/src', file), "'stranger'", "'tomorrow'");
    replaceIn(join(tomorrow, 'node_modules/maestro-llm/dist/contracts/manifest.js'), 'contractVersion = 1', 'contractVersion = 2');
  }

  function plantBreaking(): void {
    const breaking = join(modules, 'maestro-provider-breaking');
    mkdirSync(breaking);
    writeFileSync(join(breaking, 'package.json'), '{ "name": "maestro-provider-breaking", "type": "module", "exports": "./index.js" }');
    writeFileSync(join(breaking, 'index.js'), "throw new Error('this package breaks when it is loaded');\n");
  }

  function start(): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, [join(modules, 'maestro-llm/dist/main.js')], {
      cwd: join(root, 'application'),
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        MAESTRO_DATA_DIR: join(root, 'data'),
        DATABASE_URL: database.url,
        MAESTRO_ENCRYPTION_KEYS: `k1=${randomBytes(32).toString('base64')}`,
        MAESTRO_ADMIN_KEY: adminKey,
        MAESTRO_PROVIDER_PACKAGES: ['stranger', 'tomorrow', 'breaking'].map((name) => `maestro-provider-${name}`).join(','),
        STRANGER_BASE_URL: simulator.baseUrl,
      },
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (log += piece.toString()));
    return child;
  }

  async function api(path: string, body?: object): Promise<Response> {
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(log)?.[0];
    if (address === undefined) throw new Error(`the gateway did not start:\n${log}`);
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
    return fetch(`${address}/api${path}`, { headers, ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }) });
  }

  it('is made by the scaffold, builds against what is published, and passes the kit under node:test', () => {
    expect(kitOutput).toMatch(/^# fail 0$/m);
    expect(kitOutput).toMatch(/^# pass \d\d$/m);
    console.log(
      kitOutput
        .split('\n')
        .filter((line) => /^# (?:tests|pass|fail|skipped|duration)/.test(line))
        .join('\n'),
    );
  });

  it('serves a chat, with another copy of Maestro in its own node_modules', async () => {
    const credentials = { apiKey };
    const created = await api('/sessions', { provider: 'stranger', authType: 'api_key', name: 'work', credentials, verify: true });
    expect(created.status).toBe(201);
    const answer = await api('/chat', {
      provider: 'stranger',
      session: 'work',
      model: 'stranger-large',
      messages: [{ role: 'user', content: 'Hi' }],
    });
    const frames = (await answer.text()).split('\n').filter((line) => line.startsWith('data: {'));
    const events = frames.map((line) => JSON.parse(line.slice(6)) as { readonly type: string; readonly text?: string });
    expect(events.map(({ text = '' }) => text).join('')).toBe('Grüße aus Zürich! 👋');
    expect(events.at(-1)).toMatchObject({ type: 'message-end', reason: 'stop', usage: { input: 3, output: 9 } });
    console.log(events.map((event) => JSON.stringify(event)).join('\n'));
  });

  it('fails as one of our own would, though its errors are of another copy', async () => {
    const messages = [{ role: 'user', content: 'Hi' }];
    const limited = await api('/chat', { provider: 'stranger', session: 'work', model: 'sim-bad-request', messages });
    expect(limited.status).toBe(400);
    await expect(limited.json()).resolves.toMatchObject({ code: 'upstream.invalid-request' });
  });

  it('brings what its author found with the kit', async () => {
    const { providers } = (await (await api('/providers/compliance')).json()) as { readonly providers: readonly { readonly id: string }[] };
    expect(providers.find(({ id }) => id === 'stranger')).toMatchObject({ conformance: { passed: 61, skipped: 0, failed: [] } });
  });

  it('is left out with a clear line where it was made for other contracts, or breaks', async () => {
    const { providers } = (await (await api('/providers/compliance')).json()) as {
      readonly providers: readonly { id: string; status: string; findings: readonly { code: string; text: string }[] }[];
    };
    const found = Object.fromEntries(
      providers.map(({ id, status, findings }) => [id, [status, ...findings.map(({ code, text }) => `${code}: ${text}`)]]),
    );
    expect(found).toMatchObject({
      stranger: ['serving'],
      tomorrow: ['left-out', expect.stringMatching(/^contract-version: made for version 2 of the contracts, this Maestro has version 1: /)],
      'maestro-provider-breaking': ['left-out', 'load-failed: cannot be loaded: this package breaks when it is loaded'],
    });
  });
});

function replaceIn(file: string, what: string, by: string): void {
  if (!file.endsWith('.js')) return;
  writeFileSync(file, readFileSync(file, 'utf8').replace(what, by));
}
