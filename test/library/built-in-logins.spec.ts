import { builtInProvidersFolder } from '../../src/built-in-providers.js';
import { environmentNameOf } from '../../src/contracts/manifest.js';
import { Secret } from '../../src/contracts/secret.js';
import type { RunningSimulator } from '../../src/contracts/simulator.js';
import { Logins } from '../../src/core/login/logins.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';

/** What an operator sets for each, beside the usual addresses. */
const clients: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  anthropic: { oauthClientId: 'simulated-client', oauthAcceptTerms: '2026-11-22' },
  gemini: { oauthClientId: 'simulated-client.apps.googleusercontent.com', oauthClientSecret: 'simulated-client-secret' },
  openai: { oauthClientId: 'simulated-client', oauthAcceptTerms: '2026-11-22', chatgptModels: 'gpt-sim-large' },
};

/** Addresses that hang on where the simulator is. */
const addresses: Readonly<Record<string, (baseUrl: string) => Readonly<Record<string, string>>>> = {
  openai: (baseUrl) => ({ chatgptBaseUrl: new URL('/backend-api/codex', baseUrl).href }),
};

describe.each(Object.keys(clients))('a login with %s', (provider) => {
  let server: RunningSimulator;
  let running: RunningMaestro;
  let model: string;

  beforeAll(async () => {
    const simulator = (await loadSimulators(builtInProvidersFolder)).find((each) => each.provider === provider);
    if (simulator === undefined) throw new Error(`${provider} has no simulator`);
    model = simulator.demo.model;
    server = await simulator.start({ apiKey: simulator.apiKey });
    const values = {
      ...clients[provider],
      ...addresses[provider]?.(server.baseUrl),
      baseUrl: server.baseUrl,
      oauthAuthorizeUrl: `${server.baseUrl}/oauth/authorize`,
      oauthTokenUrl: `${server.baseUrl}/oauth/token`,
    };
    const settings = new Map(Object.entries(values).map(([name, value]) => [environmentNameOf(provider, name), value]));
    running = await startMaestro({ providersFolders: [builtInProvidersFolder], settings: (name) => settings.get(name) });
  }, 60_000);

  afterAll(async () => {
    await running.close();
    await server.close();
  });

  it('ends in a session that streams and lists models', async () => {
    const logins = running.application.get(Logins, { strict: false });
    const { id, authorizationUrl = '' } = await logins.begin({ provider, name: 'by_login', method: 'paste' });
    const page = await fetch(authorizationUrl, { redirect: 'manual' });
    const pasted = page.headers.get('location') ?? /<code>(.*)<\/code>/.exec(await page.text())?.[1] ?? '';
    const session = await logins.complete(id, Secret.of(pasted));
    expect(session).toMatchObject({ provider, authType: 'oauth', name: 'by_login', status: 'active' });
    expect(session.expiresAt).toBeInstanceOf(Date);

    const answer = await running.maestro.completeChat(provider, 'by_login', [{ role: 'user', content: 'Hello' }], { model });
    expect(answer.reason).toBe('stop');
    const models = await running.maestro.listModels(provider, 'oauth', 'by_login');
    expect(models.map(({ id: each }) => each)).toContain(model);
    expect(server.requests.at(-1)?.headers['authorization']).toMatch(/^Bearer sim-access-/);
  });
});
