import { builtInProvidersFolder } from '../../src/built-in-providers.js';
import { environmentNameOf, noKey } from '../../src/contracts/manifest.js';
import type { RunningSimulator } from '../../src/contracts/simulator.js';
import { LocalServers } from '../../src/core/local-servers/local-servers.js';
import { anApiKey } from '../support/a-session.js';
import { builtInDefinitions, builtInSimulators } from '../support/family-providers.js';
import { runTool, workbenchOver } from '../support/run-tool.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { until } from '../support/until.js';

/** Nobody listens there: it is reserved, and no program of an ordinary user may take it. */
const nowhere = 'http://127.0.0.1:1/v1';

describe('model servers of this machine', () => {
  const servers: RunningSimulator[] = [];
  let settings: ReadonlyMap<string, string>;
  let ids: readonly string[];

  beforeAll(async () => {
    const simulators = await builtInSimulators();
    const played = async (provider: string, apiKey?: string): Promise<string> => {
      const simulator = simulators.find((one) => one.provider === provider);
      if (simulator === undefined) throw new Error(`nobody plays ${provider}`);
      const server = await simulator.start(apiKey === undefined ? {} : { apiKey });
      servers.push(server);
      return server.baseUrl;
    };
    const ollama = await played('ollama');
    ids = (await builtInDefinitions()).filter(({ manifest }) => manifest.localServer !== undefined).map(({ manifest }) => manifest.id);
    settings = new Map([
      ...ids.map((id) => [environmentNameOf(id, 'baseUrl'), nowhere] as const),
      ['OLLAMA_BASE_URL', ollama],
      ['VLLM_BASE_URL', ollama],
      ['LOCALAI_BASE_URL', ollama],
      ['LM_STUDIO_BASE_URL', await played('lm-studio', 'a-key')],
    ]);
  });

  afterAll(() => Promise.all(servers.map((server) => server.close())));

  async function started(findLocal?: 'at-start' | 'when-asked'): Promise<RunningMaestro> {
    return startMaestro({
      providersFolders: [builtInProvidersFolder],
      settings: (name) => settings.get(name),
      ...(findLocal !== undefined && { findLocal }),
    });
  }

  it('are of six kinds, each looked for on loopback', async () => {
    const usual = (await builtInDefinitions()).flatMap(({ manifest }) =>
      manifest.localServer ? [manifest.settings['baseUrl']?.default] : [],
    );

    expect(ids).toEqual(['llama-cpp', 'lm-studio', 'localai', 'ollama', 'text-generation-inference', 'vllm']);
    expect(usual.filter((address) => address?.startsWith('http://127.0.0.1:') !== true)).toEqual([]);
  });

  it('are told where they answer: which they are, which they may be, which want a key', async () => {
    const running = await started('when-asked');
    const found = await running.application.get(LocalServers, { strict: false }).look(new AbortController().signal);
    const { output } = await runTool(['providers', 'list'], { workbench: workbenchOver(running) });
    const { output: json } = await runTool(['providers', 'list', '--json'], { workbench: workbenchOver(running) });
    await running.close();

    expect(found.map(({ provider, answer, models }) => [provider, answer, models.length])).toEqual([
      ['lm-studio', 'wants-key', 0],
      ['localai', 'may-be', 3],
      ['ollama', 'answers', 3],
    ]);
    expect(output).toContain(`Ollama answers at ${settings.get('OLLAMA_BASE_URL') ?? ''} with 3 models; a session of provider ollama`);
    expect(JSON.parse(json)).toMatchObject({ local: [{ provider: 'lm-studio' }, { provider: 'localai' }, { provider: 'ollama' }] });
  });

  it('are looked for when the application starts, and nobody waits for that', async () => {
    const running = await started('at-start');
    const told = (): readonly string[] => running.log.from('Providers').filter((line) => line.includes('answers at'));
    await until(() => told().length === 3);
    await running.close();

    expect(told().filter((line) => line.includes('and wants a key; a session of provider lm-studio with its key uses it'))).toHaveLength(1);
  });

  it('are left alone where nobody wants them looked for', async () => {
    const before = servers.map(({ requests }) => requests.length);
    const running = await started();
    const found = await running.application.get(LocalServers, { strict: false }).look(new AbortController().signal);
    await running.close();

    expect(found).toEqual([]);
    expect(servers.map(({ requests }) => requests.length)).toEqual(before);
  });

  it('are used without a key, and sent none', async () => {
    const running = await started();
    await running.maestro.createSession('ollama', 'api_key', { name: 'home', credentials: anApiKey(noKey), verify: true });
    const { reason } = await running.maestro.completeChat('ollama', 'home', [{ role: 'user', content: 'Hi' }], { model: 'sim-large' });
    const refused = running.maestro.createSession('groq', 'api_key', { name: 'away', credentials: anApiKey(noKey) });

    expect(reason).toBe('stop');
    expect(servers[0]?.requests.at(-1)?.headers).not.toHaveProperty('authorization');
    await expect(refused).rejects.toMatchObject({ code: 'session.key-invalid' });
    await running.close();
  });
});
