import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { CredentialExtra } from '../../contracts/credentials.js';
import type { ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator } from '../../contracts/simulator.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { WireRequest } from '../../contracts/wire-request.js';
import { httpClient } from '../../kit/http-client.js';
import { readText } from '../../kit/read-body.js';
import { checkProvider } from '../../testing/check-provider.js';
import { AzureApiKey } from './azure.api-key.js';
import { AzureModels } from './azure.models.js';
import { azure } from './azure.module.js';
import { AzureOAuth } from './azure.oauth.js';
import { AzureStreaming } from './azure.streaming.js';
import { azureSimulator } from './testing/azure.simulator.js';

const http = httpClient();
const { signal } = new AbortController();
const streaming = new AzureStreaming();
const plainText = 'Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.';

let simulator: RunningSimulator;
let folder: string;

const settingsWith = (values: Readonly<Record<string, string>> = {}): ProviderSettings => {
  const known: Readonly<Record<string, string>> = { baseUrl: simulator.baseUrl, entraAuthority: simulator.baseUrl, ...values };
  return { text: (name) => known[name], secret: () => undefined };
};

const keys = (values?: Readonly<Record<string, string>>): AzureApiKey => new AzureApiKey(settingsWith(values), http);

const clientWith = (extra: CredentialExtra = {}, key = azureSimulator.apiKey, values?: Readonly<Record<string, string>>): ProviderClient =>
  keys(values).createClient({ authType: 'api_key', apiKey: Secret.of(key), extra }, {});

async function chat(client: ProviderClient, options: Partial<StreamOptions> = {}): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  const stream = await streaming.streamChat(client, [{ role: 'user', content: 'Hello' }], { signal, model: 'my-gpt', ...options });
  for await (const event of stream) events.push(event);
  return events;
}

const textOf = (events: readonly StreamEvent[]): string => events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

function lastPath(): string | undefined {
  return simulator.requests.at(-1)?.path;
}

function tokenRequests(): number {
  return simulator.requests.filter(({ path }) => path.includes('/oauth2/')).length;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-azure-'));
  simulator = await azureSimulator.start({ apiKey: azureSimulator.apiKey });
});
afterAll(async () => {
  await simulator.close();
  await http.close();
  await rm(folder, { recursive: true });
});

describe('Azure OpenAI', () => {
  it('is declared without a fault', () => {
    expect(checkProvider(azure)).toEqual([]);
  });
});

describe('a resource', () => {
  const base = (extra: CredentialExtra, own?: string): string =>
    keys({ baseUrl: 'https://configured.example/' }).createClient(
      { authType: 'api_key', apiKey: Secret.of('k'), extra },
      own === undefined ? {} : { baseUrl: own },
    ).baseUrl;

  it('is the session’s own, the one that its credentials name, or the configured one', () => {
    expect(base({ resource: 'mine' }, 'https://own.example')).toBe('https://own.example/openai/v1');
    expect(base({ resource: 'mine' })).toBe('https://mine.openai.azure.com/openai/v1');
    expect(base({})).toBe('https://configured.example/openai/v1');
  });

  it.each(['https://own.example/openai/v1/', 'https://own.example/openai', 'https://own.example/'])('is the same at %s', (address) => {
    expect(base({}, address)).toBe('https://own.example/openai/v1');
  });

  it.each([
    [{ resource: 'evil.example/x' }, 'resource must be the name'],
    [{ apiVersion: '1&x=y' }, 'apiVersion must be'],
    [{ api: 'batch' }, 'api must be'],
    [{ tenantId: 'only' }, 'needs both tenantId and clientId'],
  ])('is refused for %j', (extra, problem) => {
    expect(() => base(extra)).toThrow(problem);
  });

  it('must be named somewhere', () => {
    const nowhere = new AzureApiKey({ text: () => undefined, secret: () => undefined }, http);
    expect(() => nowhere.createClient({ authType: 'api_key', apiKey: Secret.of('k'), extra: {} }, {})).toThrow('AZURE_BASE_URL');
  });
});

describe('a key of a resource', () => {
  it('goes into a header of its own and is tested with the cheapest request', async () => {
    expect(await keys().testConnection(clientWith(), { signal })).toMatchObject({ keyAccepted: true });
    expect(simulator.requests.at(-1)).toMatchObject({ path: '/openai/v1/models', headers: { 'api-key': azureSimulator.apiKey } });
    expect(simulator.requests.at(-1)?.headers).not.toHaveProperty('authorization');
    await expect(keys().testConnection(clientWith({}, 'wrong'), { signal })).rejects.toMatchObject({
      code: 'session.credential-rejected',
    });
  });

  it('looks odd where it is one of another vendor', () => {
    expect(keys().validateApiKey(Secret.of('0123456789abcdef'))).toEqual({});
    expect(keys().validateApiKey(Secret.of('sk-proj-x')).warning).toContain('sk-');
  });
});

describe('an application of Entra ID', () => {
  const application = { tenantId: 'simulated-tenant', clientId: 'simulated-application' };

  it('trades its secret for a token once, for as long as that lives', async () => {
    const before = tokenRequests();
    const behaviour = keys();
    const client = (): ProviderClient =>
      behaviour.createClient({ authType: 'api_key', apiKey: Secret.of('simulated-secret'), extra: application }, {});
    const answers = await Promise.all([chat(client()), chat(client()), chat(client())]);
    expect(answers.map(textOf)).toEqual([plainText, plainText, plainText]);
    expect(textOf(await chat(client()))).toBe(plainText);
    expect(tokenRequests() - before).toBe(1);
    expect(simulator.requests.at(-1)?.headers['authorization']).toMatch(/^Bearer sim-access-/);
    expect(simulator.requests.at(-1)?.headers).not.toHaveProperty('api-key');
  });

  it('is refused as a credential is, also for its tenant', async () => {
    await expect(chat(clientWith(application, 'stale-secret'))).rejects.toMatchObject({ code: 'session.credential-rejected' });
    await expect(chat(clientWith({ ...application, tenantId: 'a/b' }, 'simulated-secret'))).rejects.toMatchObject({
      code: 'session.credential-rejected',
    });
  });
});

describe('a login by federation', () => {
  const federation = (path: string): AzureOAuth =>
    new AzureOAuth(
      settingsWith({
        federationTokenPath: path,
        federationTenantId: 'simulated-tenant',
        federationClientId: 'simulated-application',
      }),
      http,
    );

  it('trades the platform’s identity for tokens, and again for each refresh', async () => {
    const path = join(folder, 'identity');
    await writeFile(path, 'identity-of-the-platform\n');
    const oauth = federation(path);
    const { pkceParams } = await oauth.generateAuthUrl('batch', { method: 'federation', signal });
    const first = await oauth.exchangeCode(Secret.of(''), pkceParams, 'batch', { signal });
    const credentials = await oauth.extractApiCredentials(first, undefined, { signal });
    expect(textOf(await chat(oauth.createClient(credentials, {})))).toBe(plainText);
    const next = await oauth.refreshToken(credentials.refreshToken ?? Secret.of(''), 'batch', { signal });
    expect(next.accessToken.reveal()).not.toBe(first.accessToken.reveal());
    await expect(oauth.revokeTokens(credentials, { signal })).resolves.toBeUndefined();
    await writeFile(path, 'stale');
    await expect(oauth.refreshToken(credentials.refreshToken ?? Secret.of(''), 'batch', { signal })).rejects.toMatchObject({
      code: 'upstream.permission-denied',
    });
  });

  it('says what is to be set, and knows no other way', async () => {
    const bare = new AzureOAuth(settingsWith(), http);
    await expect(bare.generateAuthUrl('work', { method: 'federation', signal })).rejects.toThrow('AZURE_FEDERATION_TENANT_ID');
    await expect(bare.generateAuthUrl('work', { method: 'browser', signal })).rejects.toMatchObject({ code: 'operation.unsupported' });
    await expect(bare.refreshToken(Secret.of('by-hand'), 'work', { signal })).rejects.toMatchObject({ code: 'operation.unsupported' });
  });
});

describe.each([
  ['v1', {}, { chat: '/openai/v1/chat/completions', responses: '/openai/v1/responses', models: '/openai/v1/models' }],
  [
    '2024-10-21',
    { apiVersion: '2024-10-21' },
    {
      chat: '/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21',
      responses: '/openai/responses?api-version=2024-10-21',
      models: '/openai/models?api-version=2024-10-21',
    },
  ],
])('version %s of the API', (_version, extra, paths) => {
  const forwarded = (more: Partial<WireRequest>): WireRequest => ({
    dialect: 'openai-chat',
    operation: 'chat',
    method: 'POST',
    path: '/chat/completions',
    headers: { 'api-key': 'mk_theirs' },
    body: Buffer.from('{"model":"my-gpt","input":"Hi","messages":[{"role":"user","content":"Hi"}]}'),
    signal,
    ...more,
  });

  it('streams Chat Completions, behind the verdict on the prompt', async () => {
    const events = await chat(clientWith(extra));
    expect(lastPath()).toBe(paths.chat);
    expect(textOf(events)).toBe(plainText);
    expect(events.map(({ type }) => type).filter((type) => type === 'message-start')).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'message-start', id: 'chatcmpl-simulated', model: 'my-gpt' });
    expect(events.at(-1)).toMatchObject({ type: 'message-end', reason: 'stop', usage: { input: 21, output: 14 } });
  });

  it('streams Responses where a request or its session says so', async () => {
    expect(textOf(await chat(clientWith(extra), { providerOptions: { azure: { api: 'responses' } } }))).toBe(plainText);
    expect(lastPath()).toBe(paths.responses);
    await chat(clientWith({ ...extra, api: 'responses' }), { options: { reasoning: { effort: 'low' } } });
    expect(lastPath()).toBe(paths.responses);
    expect(JSON.parse(simulator.requests.at(-1)?.body ?? '')).toMatchObject({ include: ['reasoning.encrypted_content'] });
  });

  it('passes requests on in either wire, and embeddings', async () => {
    const client = clientWith(extra);
    const answered = await streaming.forward(client, forwarded({}));
    expect(JSON.parse(await readText(answered.body, 10_000))).toMatchObject({ object: 'chat.completion', model: 'my-gpt' });
    expect(lastPath()).toBe(paths.chat);
    expect(simulator.requests.at(-1)?.headers).toMatchObject({ 'api-key': azureSimulator.apiKey });
    const responded = await streaming.forward(client, forwarded({ dialect: 'openai-responses', path: '/responses' }));
    expect(JSON.parse(await readText(responded.body, 10_000))).toMatchObject({ object: 'response' });
    expect(lastPath()).toBe(paths.responses);
    const embedded = await streaming.forward(client, forwarded({ operation: 'embeddings', path: '/embeddings?x=1' }));
    expect(JSON.parse(await readText(embedded.body, 10_000))).toMatchObject({ object: 'list' });
    expect(lastPath()).toContain('/embeddings?x=1');
    await expect(streaming.forward(client, forwarded({ operation: 'other' }))).rejects.toMatchObject({ code: 'operation.unsupported' });
  });

  it('lists the models that can chat or embed', async () => {
    const models = new AzureModels();
    const listed = await models.listModels(clientWith(extra), { signal });
    expect(lastPath()).toBe(paths.models);
    expect(listed.map(({ id, capabilities }) => [id, capabilities])).toEqual([
      ['gpt-sim-large', []],
      ['gpt-sim-embedding', ['embeddings']],
      ['sim-silent', []],
    ]);
    expect(await models.getModelInfo(clientWith(extra), 'gpt-sim-large', { signal })).toMatchObject({
      createdAt: new Date(1_750_000_000_000),
    });
    await expect(models.getModelInfo(clientWith(extra), 'gone', { signal })).rejects.toMatchObject({ code: 'model.not-found' });
  });

  it.each([
    ['sim-rate-limited', 'upstream.rate-limited'],
    ['sim-overloaded', 'upstream.overloaded'],
    ['sim-not-found', 'upstream.not-found'],
    ['sim-truncated', 'upstream.truncated'],
    ['sim-cut', 'upstream.disconnected'],
    ['sim-error-midstream', 'upstream.failed'],
  ])('tells of %s', async (model, code) => {
    await expect(chat(clientWith(extra), { model })).rejects.toMatchObject({ code });
  });
});

describe('what an event means', () => {
  it('is told by its form', () => {
    const chunk = { data: '{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}' };
    expect(streaming.parseStreamEvent(chunk, undefined).events).toContainEqual({ type: 'text-delta', part: 0, text: 'a' });
    const created = { data: '{"type":"response.created","response":{"id":"r","model":"m"}}' };
    expect(streaming.parseStreamEvent(created, undefined).events).toMatchObject([{ type: 'message-start' }]);
  });

  it('cannot be asked for in an API that there is not', async () => {
    await expect(chat(clientWith(), { providerOptions: { azure: { api: 'batch' } } })).rejects.toMatchObject({ code: 'request.invalid' });
  });
});
