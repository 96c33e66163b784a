import { builtInProvidersFolder } from '../../src/built-in-providers.js';
import type { ImportTool } from '../../src/contracts/imports.js';
import { Secret } from '../../src/contracts/secret.js';
import type { RunningSimulator } from '../../src/contracts/simulator.js';
import type { ImportFile } from '../../src/core/import/import-plan.js';
import { Imports } from '../../src/core/import/imports.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import { tokensAt } from '../support/simulated-tokens.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';

function file(tool: ImportTool, content: object, name = 'auth.json'): ImportFile {
  return { tool, name, text: Secret.of(JSON.stringify(content)) };
}

const hour = 3_600_000;

describe('logins that other programs made', () => {
  let server: RunningSimulator;
  let running: RunningMaestro;
  let imports: Imports;
  let origin: string;

  beforeAll(async () => {
    const simulator = (await loadSimulators(builtInProvidersFolder)).find(({ provider }) => provider === 'openai');
    if (simulator === undefined) throw new Error('there is no simulator');
    server = await simulator.start({ apiKey: simulator.apiKey });
    ({ origin } = new URL(server.baseUrl));
    const settings = new Map([
      ['ANTHROPIC_OAUTH_ACCEPT_TERMS', '2026-11-22'],
      ['OPENAI_OAUTH_ACCEPT_TERMS', '2026-11-22'],
      ['OPENAI_OAUTH_CLIENT_ID', 'simulated-client'],
      ['OPENAI_OAUTH_TOKEN_URL', `${origin}/oauth/token`],
      ['OPENAI_CHATGPT_BASE_URL', `${origin}/backend-api/codex`],
    ]);
    running = await startMaestro({ providersFolders: [builtInProvidersFolder], settings: (name) => settings.get(name) });
    imports = running.application.get(Imports, { strict: false });
  }, 60_000);

  afterAll(async () => {
    await running.close();
    await server.close();
  });

  it('can be imported for each provider that has logins, and say which program’s own one may end', async () => {
    const expires = Date.now() + hour;
    const entry = (name: string): object => ({ type: 'oauth', access: `${name}-access`, refresh: `${name}-refresh`, expires });
    const tokens = (name: string): object => ({ access_token: `${name}-access`, refresh_token: `${name}-refresh` });
    const { items, created, troubles } = await imports.apply([
      file('opencode', { anthropic: entry('anthropic'), google: entry('google'), openai: entry('openai') }),
      file('codex', { tokens: { ...tokens('codex'), account_id: 'acc-1' } }),
      file('cli-proxy-api', { type: 'claude', ...tokens('claude') }, 'claude.json'),
      file('cli-proxy-api', { type: 'gemini', token: tokens('gemini'), project_id: 'project' }, 'gemini.json'),
      file('cli-proxy-api', { type: 'codex', ...tokens('proxied') }, 'codex.json'),
    ]);

    expect(troubles).toEqual([]);
    expect(items.map(({ provider, verdict, invalidatesLoginOf }) => [provider, verdict, invalidatesLoginOf])).toEqual([
      ['anthropic', 'create', 'opencode'],
      ['gemini', 'create', undefined],
      ['openai', 'create', 'opencode'],
      ['openai', 'create', 'Codex'],
      ['anthropic', 'create', 'CLIProxyAPI'],
      ['gemini', 'create', undefined],
      ['openai', 'create', 'CLIProxyAPI'],
    ]);
    expect(new Set(created.map(({ status, statusReason }) => `${status} ${String(statusReason)}`))).toEqual(
      new Set(['needs_attention imported']),
    );
  });

  it('serve as they are, and belong to Maestro alone after the first refresh', async () => {
    const tokens = await tokensAt(origin);
    const { created } = await imports.apply([file('cli-proxy-api', { type: 'codex', ...tokens }, 'working.json')]);
    const name = created[0]?.name ?? '';
    const chat = async (): Promise<string> =>
      (await running.maestro.completeChat('openai', name, [{ role: 'user', content: 'Hello' }], { model: 'gpt-5.5' })).reason;

    expect(await chat()).toBe('stop');
    expect(server.requests.at(-1)?.headers).toMatchObject({ authorization: `Bearer ${tokens.access_token}` });
    const { accessToken } = await running.maestro.refreshTokens('openai', name);
    expect(accessToken.reveal()).not.toBe(tokens.access_token);
    expect(await chat()).toBe('stop');
    const session = await running.sessions.getNamedSession('openai', 'oauth', name);
    expect(session).toMatchObject({ status: 'active' });
    expect(session).not.toHaveProperty('statusReason');
    expect(session?.nextRefreshAt).toBeInstanceOf(Date);
  });
});
