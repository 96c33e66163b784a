import { join } from 'node:path';

import type { Credentials } from '../../src/contracts/credentials.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { Secret } from '../../src/contracts/secret.js';
import type { RunningSimulator } from '../../src/contracts/simulator.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';

const fixtures = join(process.cwd(), 'test/extension/fixtures');
const folders = [join(fixtures, 'new'), join(fixtures, 'faulty')];

function credentialsOf(key: string): Credentials {
  return { authType: 'api_key', apiKey: Secret.of(key), extra: {} };
}

describe('providers with a planted fault', () => {
  let running: RunningMaestro;

  beforeAll(async () => {
    running = await startMaestro({ providersFolders: folders });
  });

  afterAll(() => running.close());

  it.each([
    ['no-auth', 'no-auth-behaviour', 'declares neither oauth nor apiKey'],
    ['no-streaming', 'behaviour-missing', 'declares no streaming'],
    ['method-missing', 'method-missing', 'models.getModelInfo is missing'],
    ['too-many', 'too-many-parameters', 'models.listModels takes 3 parameters, the contract gives it 2'],
    ['Bad Id', 'id-invalid', '"Bad Id" is no provider id'],
    ['other-contract', 'contract-version', 'made for version 99 of the contracts'],
    ['needs-setting', 'setting-missing', 'needs NEEDS_SETTING_REGION (Where it is)'],
    ['breaks', 'load-failed', 'cannot be loaded: hand-made: this module breaks when it is loaded'],
    ['exports-nothing', 'load-failed', 'exports nothing that defineProvider made'],
    ['no-module', 'load-failed', 'there is no no-module.module.js in it'],
  ])('%s is left out with the one finding %s', (id, code, text) => {
    const entries = running.registry.report().providers.filter((provider) => provider.id === id);

    expect(entries).toEqual([
      expect.objectContaining({ status: 'left-out', features: [], findings: [expect.objectContaining({ code, severity: 'error' })] }),
    ]);
    expect(entries[0]?.findings[0]?.text).toContain(text);
    expect(running.registry.listProviders()).not.toContain(id);
  });

  it('a second provider of one id is left out, and the first serves', () => {
    const entries = running.registry.report().providers.filter(({ id }) => id === 'acme');

    expect(entries.map(({ displayName, status, findings }) => [displayName, status, findings.map(({ code }) => code)])).toEqual([
      ['Acme', 'serving', []],
      ['Not Acme', 'left-out', ['id-clash']],
    ]);
    expect(running.maestro.providerCapabilities('acme').displayName).toBe('Acme');
  });

  it('the others serve, those with a note too', () => {
    expect(running.maestro.listProviders()).toEqual([
      { id: 'acme', displayName: 'Acme', authTypes: ['api_key'], features: ['streaming', 'model_listing', 'context_management'] },
      {
        id: 'fewer',
        displayName: 'Fewer parameters',
        authTypes: ['api_key'],
        features: ['streaming', 'model_listing', 'context_management'],
      },
      {
        id: 'models-need-setting',
        displayName: 'Models need a setting',
        authTypes: ['api_key'],
        features: ['streaming', 'context_management'],
      },
    ]);
    expect(findingsOf('fewer')).toEqual([['fewer-parameters', 'note', 'models', 'listModels']]);
    expect(findingsOf('models-need-setting')).toEqual([['setting-missing', 'note', 'models', undefined]]);
  });

  it('a behaviour that lacks its setting is not offered, and says what to set', () => {
    expect(() => running.registry.resolve('models-need-setting', 'models')).toThrow(
      new MaestroError('operation.unsupported', { provider: 'models-need-setting', operation: 'models' }),
    );
    expect(running.maestro.providerCapabilities('models-need-setting').requirements).toEqual([
      { setting: 'projectId', environmentName: 'MODELS_NEED_SETTING_PROJECT_ID', requiredBy: 'models', isMet: false },
    ]);
  });

  it('each faulty provider is one block in the log, and those that serve are one line', () => {
    const lines = running.log.from('Providers');

    expect(lines[0]).toMatch(
      /^log Providers: 3 providers serve \(loaded in [\d.]+ ms, checked in [\d.]+ ms\): acme \(streaming, model_listing, context_management\), fewer/,
    );
    expect(lines).toContain(
      'warn Providers: provider too-many was left out:\n  too-many-parameters: models.listModels takes 3 parameters, the contract gives it 2',
    );
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(11);
    expect(lines.filter((line) => line.includes('serves, with notes'))).toHaveLength(2);
  });

  it('a setting that is there lets the provider in', async () => {
    const region = await startMaestro({
      providersFolders: folders,
      settings: (name) => ({ NEEDS_SETTING_REGION: 'here', MODELS_NEED_SETTING_PROJECT_ID: 'p1' })[name],
    });

    expect(region.registry.listProviders()).toEqual(['acme', 'fewer', 'models-need-setting', 'needs-setting']);
    expect(region.maestro.providerCapabilities('models-need-setting').features).toEqual([
      'streaming',
      'model_listing',
      'context_management',
    ]);
    await region.close();
  });

  it('stop the start in strict mode, all named', async () => {
    await expect(startMaestro({ providersFolders: folders, strict: true })).rejects.toMatchObject({
      code: 'provider.invalid',
      message: expect.stringMatching(/no-auth declares neither.*too-many models\.listModels takes 3/s),
    });
  });

  it('leave strict mode in peace where there are none', async () => {
    const strict = await startMaestro({ providersFolders: [join(fixtures, 'new')], strict: true });

    expect(strict.registry.listProviders()).toEqual(['acme']);
    await strict.close();
  });

  it('a folder that is not there is a finding', async () => {
    const elsewhere = await startMaestro({ providersFolders: [join(fixtures, 'nowhere')] });

    expect(elsewhere.registry.report().providers).toEqual([
      expect.objectContaining({ findings: [expect.objectContaining({ code: 'load-failed' })] }),
    ]);
    expect(elsewhere.log.from('Providers')[0]).toMatch(/0 providers serve .*: none$/);
    await elsewhere.close();
  });

  function findingsOf(id: string): readonly unknown[] {
    return running.registry
      .report()
      .providers.filter((provider) => provider.id === id)
      .flatMap(({ findings }) => findings.map(({ code, severity, behaviour, method }) => [code, severity, behaviour, method]));
  }
});

describe('a new provider in one folder', () => {
  let simulator: RunningSimulator;
  let simulatorKey: string;
  let running: RunningMaestro;

  beforeAll(async () => {
    const [acme] = await loadSimulators(join(fixtures, 'new'));
    if (acme === undefined) throw new Error('the simulator was not found');
    simulator = await acme.start({ apiKey: acme.apiKey });
    running = await startMaestro({
      providersFolders: [join(fixtures, 'new')],
      settings: (name) => (name === 'ACME_BASE_URL' ? simulator.baseUrl : undefined),
    });
    simulatorKey = acme.apiKey;
    const credentials = credentialsOf(simulatorKey);
    await running.maestro.createSession('acme', 'api_key', { name: 'work_acme', credentials, verify: true });
  });

  afterAll(async () => {
    await running.close();
    await simulator.close();
  });

  it('streams a chat through a named session', async () => {
    const stream = await running.maestro.streamChat('acme', 'work_acme', [{ role: 'user', content: 'Grüezi mitenand 🎼' }], {
      model: 'acme-1',
    });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);

    expect(types).toEqual(['message-start', 'text-delta', 'text-delta', 'text-delta', 'message-end']);
    expect(stream.session.name).toBe('work_acme');
  });

  it('collects a chat into one answer', async () => {
    const answer = await running.maestro.completeChat('acme', 'work_acme', [{ role: 'user', content: 'one two' }], { model: 'acme-1' });

    expect(answer).toEqual({
      streamId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      id: 'a1',
      model: 'acme-1',
      role: 'assistant',
      content: [{ type: 'text', text: 'one two' }],
      reason: 'stop',
      usage: { input: 1, output: 2 },
    });
  });

  it('lists its models and tests its sessions', async () => {
    const models = await running.maestro.listModels('acme', undefined, 'work_acme');
    expect(models.map(({ id }) => id)).toEqual(['acme-1', 'acme-2']);
    await expect(running.maestro.getModel('acme', 'api_key', 'work_acme', 'acme-2')).resolves.toMatchObject({ id: 'acme-2' });
    const { id } = await running.sessions.createNamedSession('acme', 'api_key', 'another', credentialsOf(simulatorKey));
    await expect(running.sessions.test({ id })).resolves.toMatchObject({ keyAccepted: true });
  });

  it('ends the request at the provider when the reader leaves', async () => {
    const stream = await running.maestro.streamChat('acme', 'work_acme', [{ role: 'user', content: 'a b c' }], { model: 'sim-slow' });
    for await (const event of stream) if (event.type === 'text-delta') break;

    await untilAborted();
  });

  it('ends the request at the provider when the signal is aborted in the middle of a read', async () => {
    const controller = new AbortController();
    const stream = await running.maestro.streamChat('acme', 'work_acme', [{ role: 'user', content: 'a' }], {
      model: 'sim-slow',
      signal: controller.signal,
    });
    const reading = (async () => {
      for await (const event of stream) if (event.type === 'text-delta') controller.abort();
    })();

    await expect(reading).rejects.toMatchObject({ code: 'request.cancelled' });
    await untilAborted();
  });

  it('tells a stream that ended too early', async () => {
    const stream = await running.maestro.streamChat('acme', 'work_acme', [{ role: 'user', content: 'a' }], { model: 'sim-truncated' });
    const reading = (async () => {
      for await (const _event of stream);
    })();

    await expect(reading).rejects.toMatchObject({ code: 'upstream.truncated' });
  });

  it('stores no session whose key the provider refuses, when asked to verify', async () => {
    const credentials = credentialsOf('another-key-altogether');

    const creating = running.maestro.createSession('acme', 'api_key', { name: 'refused', credentials, verify: true });

    await expect(creating).rejects.toMatchObject({ code: 'session.credential-rejected' });
    await expect(running.sessions.getNamedSession('acme', 'api_key', 'refused')).resolves.toBeUndefined();
  });

  /** Every test here that cancels does so on the last request it made. */
  async function untilAborted(): Promise<void> {
    const last = simulator.requests.at(-1);
    while (last?.isAborted === false) await new Promise((resolve) => setImmediate(resolve));
    expect(last?.isAborted).toBe(true);
  }
});
