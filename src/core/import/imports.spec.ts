import type { OAuthCredentials } from '../../contracts/credentials.js';
import type { ImportTool } from '../../contracts/imports.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderDefinition } from '../../contracts/define-provider.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import { WholeApiKey, WholeOAuth } from '../../../test/extension/fixtures/whole-behaviours.js';
import { InMemoryPersistenceModule } from '../../../test/support/in-memory-persistence.module.js';
import { InMemorySessionStore } from '../../../test/support/in-memory-session-store.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import { Consents } from '../login/consents.js';
import type { ImportFile } from './import-plan.js';
import { Imports } from './imports.js';

class PickyApiKey extends WholeApiKey {
  override validateApiKey(apiKey: Secret): ReturnType<WholeApiKey['validateApiKey']> {
    if (apiKey.length < 8) throw new MaestroError('session.key-invalid', { provider: 'whole', problem: 'it is too short' });
    return {};
  }
}

const accounts = { codex: ['tokens'], opencode: ['whole-name'], 'cli-proxy-api': ['whole-type'] };
const rotating = wholeProvider({
  apiKey: PickyApiKey,
  oauth: WholeOAuth,
  imports: { environment: ['WHOLE_KEY', 'WHOLE_OTHER_KEY'], accounts, rotatesRefreshTokens: true },
});

/** Hand-made. */
function file(tool: ImportTool, content: unknown, name = 'auth.json'): ImportFile {
  return { tool, name, text: Secret.of(typeof content === 'string' ? content : JSON.stringify(content)) };
}

const ownLogin: OAuthCredentials = {
  authType: 'oauth',
  accessToken: Secret.of('own-access'),
  refreshToken: Secret.of('own-refresh'),
  tokenType: 'Bearer',
  scopes: [],
  extra: {},
};

const login = { type: 'oauth', access: 'access-0123456789', refresh: 'refresh-0123456789', expires: 1_800_000_000_000 };

describe('imports', () => {
  let store: InMemorySessionStore;
  let running: RunningMaestro;
  async function importsOf(...providers: readonly ProviderDefinition[]): Promise<Imports> {
    running = await startMaestro({ persistence: InMemoryPersistenceModule.of(store), providers });
    return running.application.get(Imports, { strict: false });
  }
  beforeEach(() => {
    store = new InMemorySessionStore();
  });
  afterEach(async () => {
    await running.close();
  });

  it('plan and write nothing, then create what was planned', async () => {
    const imports = await importsOf(rotating);
    const files = [file('env', 'PATH=/bin\nWHOLE_KEY=key-0123456789', '.env'), file('opencode', { 'whole-name': login })];

    const plan = await imports.plan(files);
    expect(store.rows.size).toBe(0);
    const outcome = await imports.apply(files);

    expect(plan).toEqual({
      items: [
        { tool: 'env', origin: '.env: WHOLE_KEY', provider: 'whole', authType: 'api_key', name: 'env_whole_key', verdict: 'create' },
        {
          ...{ tool: 'opencode', origin: 'auth.json: whole-name', provider: 'whole', authType: 'oauth', name: 'opencode' },
          ...{ verdict: 'create', invalidatesLoginOf: 'opencode' },
        },
      ],
      troubles: [],
    });
    expect(outcome).toMatchObject(plan);
    expect(outcome.created.map(({ name }) => name)).toEqual(['env_whole_key', 'opencode']);
    expect([...store.rows.values()].map(({ name }) => name)).toEqual(['env_whole_key', 'opencode']);
  });

  it('keep a key to the address that stands beside it, and take the usual one for none', async () => {
    const address = { text: 'where it is', default: 'https://whole.example/v1' };
    const imports = await importsOf(
      wholeProvider({ imports: { environment: ['WHOLE_KEY', 'WHOLE_OTHER_KEY'] }, settings: { baseUrl: address } }),
    );
    const env = (url: string, key: string): ImportFile => file('env', `${key}=${key}-0123456789\nWHOLE_BASE_URL=${url}`, '.env');

    const own = await imports.apply([env('https://proxy.example.com/v1', 'WHOLE_KEY')]);
    const usual = await imports.apply([env('https://whole.example/v1', 'WHOLE_OTHER_KEY')]);
    const refused = await imports.apply([file('env', 'WHOLE_KEY=key-0123456789\nWHOLE_BASE_URL=ftp://whole.example', '.env')]);

    expect(own.created).toMatchObject([{ name: 'env_whole_key', baseUrl: 'https://proxy.example.com/v1' }]);
    expect(usual.created[0]).not.toHaveProperty('baseUrl');
    expect(refused.items).toMatchObject([{ verdict: 'refused' }]);
    expect(refused.created).toEqual([]);
  });

  it('create nothing a second time', async () => {
    const imports = await importsOf(rotating);
    const files = [
      file('env', 'WHOLE_KEY=key-0123456789', '.env'),
      file('codex', { tokens: { access_token: 'access', refresh_token: 'refresh' } }),
    ];
    await imports.apply(files);

    const { items, created } = await imports.apply(files);

    expect(created).toEqual([]);
    expect(items.map(({ verdict, note }) => [verdict, note])).toEqual([
      ['same-secret', 'session "env_whole_key" holds it'],
      ['same-secret', 'session "codex" holds it'],
    ]);
  });

  it('tell which tool would be logged out, of logins that rotate only', async () => {
    const tokens = { access_token: 'access', refresh_token: 'refresh' };
    const files = [
      file('codex', { WHOLE_KEY: 'key-0123456789', tokens }),
      file('cli-proxy-api', { type: 'whole-type', access_token: 'no-refresh-token' }, 'one.json'),
      file('cli-proxy-api', { type: 'whole-type', access_token: 'a', refresh_token: 'b' }, 'two.json'),
    ];
    const ofRotating = await (await importsOf(rotating)).plan(files);
    await running.close();
    const ofLasting = await (
      await importsOf(wholeProvider({ oauth: WholeOAuth, imports: { environment: ['WHOLE_KEY'], accounts } }))
    ).plan(files);

    expect(ofRotating.items.map(({ invalidatesLoginOf }) => invalidatesLoginOf)).toEqual([undefined, 'Codex', undefined, 'CLIProxyAPI']);
    expect(ofLasting.items.map(({ invalidatesLoginOf }) => invalidatesLoginOf)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('leave a refresh token that is another program’s too alone until somebody needs it', async () => {
    const files = [
      file('opencode', { 'whole-name': login }),
      file('cli-proxy-api', { type: 'whole-type', access_token: 'no-refresh-token' }, 'one.json'),
    ];
    const { created } = await (await importsOf(rotating)).apply(files);

    expect(created).toMatchObject([{ status: 'needs_attention', statusReason: 'imported' }, { status: 'active' }]);
    expect(created[0]?.nextStep).toContain('another program');
    for (const row of store.rows.values()) expect(row).not.toHaveProperty('nextRefreshAt');
    const copy = await running.sessions.clone({ provider: ProviderId.parse('whole'), session: 'opencode' }, { name: 'copy' });
    expect(copy).toMatchObject({ status: 'needs_attention', statusReason: 'imported' });
    expect(copy).not.toHaveProperty('nextRefreshAt');
    const own = await running.sessions.create({ provider: 'whole', authType: 'oauth', name: 'own', credentials: ownLogin });
    expect(own.nextRefreshAt).toBeInstanceOf(Date);
  });

  it('take logins only under terms that were accepted', async () => {
    const terms = { about: 'oauth', text: 'not for third parties', readOn: '2026-03-01', needsConsent: true } as const;
    const strict = { oauth: WholeOAuth, imports: { environment: ['WHOLE_KEY'], accounts }, limitations: [terms] };
    const files = [file('opencode', { 'whole-name': login }), file('env', 'WHOLE_KEY=key-0123456789', '.env')];
    const imports = await importsOf(wholeProvider(strict));

    const refused = await imports.apply(files);
    await running.application.get(Consents, { strict: false }).accept('whole', '2026-03-01');
    const taken = await imports.apply(files);

    expect(refused.items).toMatchObject([{ verdict: 'refused', note: expect.stringContaining('consent whole') }, { verdict: 'create' }]);
    expect(taken.items.map(({ verdict }) => verdict)).toEqual(['create', 'same-secret']);
  });

  it('name sessions after the tool and never after the person', async () => {
    const files = ['jane@example.com.json', 'john@example.com.json'].map((name) =>
      file('cli-proxy-api', { type: 'whole-type', access_token: name }, name),
    );
    const { items } = await (await importsOf(rotating)).plan(files);

    expect(new Set(items.map(({ name }) => name)).size).toBe(2);
    for (const { name } of items) expect(name).toMatch(/^cli-proxy-api_[0-9a-f]{8}$/);
  });

  it('leave a session alone whose name is taken, and a secret that is there twice', async () => {
    const imports = await importsOf(rotating);
    await imports.apply([file('env', 'WHOLE_KEY=key-of-yesterday', '.env')]);
    const text = 'WHOLE_KEY=key-0123456789\nWHOLE_OTHER_KEY=key-0123456789';

    const { items, created } = await imports.apply([
      file('env', text, '.env'),
      file('opencode', { 'whole-name': { type: 'api', key: 'key-of-opencode' } }),
    ]);

    expect(items.map(({ verdict }) => verdict)).toEqual(['name-taken', 'same-secret', 'create']);
    expect(created.map(({ name }) => name)).toEqual(['opencode']);
  });

  it('see a name that two files ask for', async () => {
    const files = ['first', 'second'].map((access_token) => file('codex', { tokens: { access_token } }));
    const { items } = await (await importsOf(rotating)).plan(files);
    expect(items.map(({ verdict }) => verdict)).toEqual(['create', 'name-taken']);
  });

  it('say what the provider does not offer, or would not take', async () => {
    const files = [file('opencode', { 'whole-name': login }), file('env', 'WHOLE_KEY=short', '.env')];
    const imports = await importsOf(wholeProvider({ apiKey: PickyApiKey, imports: { environment: ['WHOLE_KEY'], accounts } }));

    const { items, created } = await imports.apply(files);

    expect(created).toEqual([]);
    expect(items.map(({ verdict, note }) => [verdict, note])).toEqual([
      ['unsupported', 'provider whole offers no oauth'],
      ['refused', 'this is no key for whole: it is too short'],
    ]);
  });

  it('bind a key to the address that it is for, and report an address that is not allowed', async () => {
    const imports = await importsOf(rotating);
    const entry = (baseURL: string): ImportFile => file('opencode', { 'whole-name': { type: 'api', key: `key-${baseURL}`, baseURL } });

    const refused = await imports.apply([entry('http://127.0.0.1:1')]);
    const { created } = await imports.apply([entry('https://elsewhere.example.com')]);

    expect(refused.items).toMatchObject([{ verdict: 'refused', note: expect.stringContaining('base URL') }]);
    expect(created).toMatchObject([{ baseUrl: 'https://elsewhere.example.com' }]);
  });

  it('report a name that somebody takes between plan and creation', async () => {
    const imports = await importsOf(rotating);
    const insert = store.insert.bind(store);
    store.insert = (record, note) => {
      const { provider, authType, name } = record;
      return store.rows.size === 0
        ? Promise.reject(new MaestroError('session.name-taken', { provider, authType, name }))
        : insert(record, note);
    };
    const { items, created } = await imports.apply([file('env', 'WHOLE_KEY=key-0123456789', '.env')]);
    expect({ created, verdicts: items.map(({ verdict }) => verdict) }).toEqual({ created: [], verdicts: ['name-taken'] });
  });

  it('end where the database does', async () => {
    const imports = await importsOf(rotating);
    store.insert = () => Promise.reject(new MaestroError('database.unavailable', {}));
    await expect(imports.apply([file('env', 'WHOLE_KEY=key-0123456789', '.env')])).rejects.toMatchObject({ code: 'database.unavailable' });
  });

  it('report accounts of providers that are not here, and files with nothing for us', async () => {
    const files = [
      file('opencode', { stranger: { type: 'api', key: 'canary' } }),
      file('env', 'PATH=canary', '.env'),
      file('codex', 'canary {'),
    ];
    const { items, troubles } = await (await importsOf(wholeProvider())).plan(files);

    expect(items).toEqual([]);
    expect(troubles).toEqual([
      { origin: 'auth.json', text: 'no provider here goes by the name "stranger" of opencode' },
      { origin: '.env', text: 'no credential of a provider of this Maestro is in it' },
      { origin: 'auth.json', text: 'it is no JSON object' },
    ]);
  });
});
