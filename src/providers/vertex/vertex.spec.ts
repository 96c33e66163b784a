import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { CredentialExtra } from '../../contracts/credentials.js';
import type { HttpRequest, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator } from '../../contracts/simulator.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { TokenSet } from '../../contracts/tokens.js';
import type { WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { httpClient } from '../../kit/http-client.js';
import { readText } from '../../kit/read-body.js';
import { checkProvider } from '../../testing/check-provider.js';
import { vertexSimulator } from './testing/vertex.simulator.js';
import { VertexApiKey } from './vertex.api-key.js';
import { modelAddress } from './vertex.model-address.js';
import { VertexModels } from './vertex.models.js';
import { vertex } from './vertex.module.js';
import { VertexOAuth } from './vertex.oauth.js';
import { VertexStreaming } from './vertex.streaming.js';

const http = httpClient();
const { signal } = new AbortController();
const streaming = new VertexStreaming();
const plainText = 'Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.';
const place = '/v1beta1/projects/simulated-project/locations/europe-west4';

const keyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const privateKey = keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const keyFile = (more: object = {}): string =>
  JSON.stringify({
    type: 'service_account',
    project_id: 'simulated-project',
    private_key_id: 'key-1',
    private_key: privateKey,
    client_email: 'robot@simulated.example',
    token_uri: 'https://evil.example/token',
    ...more,
  });

let simulator: RunningSimulator;
let folder: string;

const settingsWith = (values: Readonly<Record<string, string>> = {}): ProviderSettings => {
  const known: Readonly<Record<string, string>> = { baseUrl: simulator.baseUrl, tokenUrl: `${simulator.baseUrl}/token`, ...values };
  return { text: (name) => known[name], secret: () => undefined };
};

const keys = (values?: Readonly<Record<string, string>>): VertexApiKey => new VertexApiKey(settingsWith(values), http);

const clientWith = (key: string, extra: CredentialExtra = {}): ProviderClient =>
  keys().createClient({ authType: 'api_key', apiKey: Secret.of(key), extra }, {});

const express = (): ProviderClient => clientWith(vertexSimulator.apiKey);
const account = (): ProviderClient => clientWith(keyFile(), { location: 'europe-west4' });

async function chat(client: ProviderClient, options: Partial<StreamOptions> = {}): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  const stream = await streaming.streamChat(client, [{ role: 'user', content: 'Hello' }], { signal, model: 'gemini-sim', ...options });
  for await (const event of stream) events.push(event);
  return events;
}

const textOf = (events: readonly StreamEvent[]): string => events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

const last = () => simulator.requests.at(-1);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-vertex-'));
  simulator = await vertexSimulator.start({ apiKey: vertexSimulator.apiKey });
});
afterAll(async () => {
  await simulator.close();
  await http.close();
  await rm(folder, { recursive: true });
});

describe('Vertex AI', () => {
  it('is declared without a fault', () => {
    expect(checkProvider(vertex)).toEqual([]);
  });
});

describe('the name of a model', () => {
  it.each([
    ['gemini-3-pro', '/publishers/google/models/gemini-3-pro', 'generate-content'],
    ['models/gemini-3-pro', '/publishers/google/models/gemini-3-pro', 'generate-content'],
    ['google/gemini-3-pro', '/publishers/google/models/gemini-3-pro', 'generate-content'],
    ['claude-opus-4-6@default', '/publishers/anthropic/models/claude-opus-4-6%40default', 'messages'],
    ['publishers/anthropic/models/claude-opus-4-6', '/publishers/anthropic/models/claude-opus-4-6', 'messages'],
    ['meta/llama-4', '/publishers/meta/models/llama-4', 'chat'],
    ['endpoints/123', '/endpoints/123', 'generate-content'],
  ])('%s is at %s', (name, path, wire) => {
    expect(modelAddress(name)).toMatchObject({ path, wire });
  });

  it.each(['a/../b', '../x', 'a/', ''])('is refused as %j', (name) => {
    expect(() => modelAddress(name)).toThrow('the model must be');
  });
});

describe('a service account', () => {
  it('signs for tokens, once for as long as they live, where the settings say and not where its file does', async () => {
    const before = simulator.requests.length;
    const behaviour = keys();
    const credentials = { authType: 'api_key', apiKey: Secret.of(keyFile()), extra: {} } as const;
    await Promise.all([1, 2, 3].map(() => behaviour.testConnection(behaviour.createClient(credentials, {}), { signal })));
    const trades = simulator.requests.slice(before).filter(({ path }) => path === '/token');
    expect(trades).toHaveLength(1);
    const assertion = new URLSearchParams(trades[0]?.body).get('assertion') ?? '';
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const isGenuine = verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), keyPair.publicKey, Buffer.from(signature, 'base64url'));
    expect(isGenuine).toBe(true);
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'robot@simulated.example',
      aud: `${simulator.baseUrl}/token`,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    });
    expect(last()?.headers['authorization']).toMatch(/^Bearer sim-access-/);
  });

  it('acts in its own project, in another that its credentials name, and in the location of either', () => {
    const base = (extra: CredentialExtra, values: Readonly<Record<string, string>> = {}): unknown => {
      const known = settingsWith(values);
      const bare: ProviderSettings = { text: (name) => (name === 'baseUrl' ? undefined : known.text(name)), secret: () => undefined };
      const client = new VertexApiKey(bare, http).createClient({ authType: 'api_key', apiKey: Secret.of(keyFile()), extra }, {});
      return [client.baseUrl, 'place' in client && client.place];
    };
    expect(base({})).toEqual(['https://aiplatform.googleapis.com/v1beta1', '/projects/simulated-project/locations/global']);
    expect(base({ project: 'other', location: 'us-east5' })).toEqual([
      'https://us-east5-aiplatform.googleapis.com/v1beta1',
      '/projects/other/locations/us-east5',
    ]);
    expect(base({}, { location: 'eu' })).toEqual([
      'https://aiplatform.eu.rep.googleapis.com/v1beta1',
      '/projects/simulated-project/locations/eu',
    ]);
    expect(() => base({ location: 'evil.example/' })).toThrow('location must be');
  });

  it.each([
    ['{ no JSON', 'is no JSON'],
    [keyFile({ type: 'authorized_user' }), 'not service_account'],
    [keyFile({ private_key: undefined }), 'missing'],
    [keyFile({ private_key: 'not PEM' }), 'no key in PEM'],
  ])('is not %#', (text, problem) => {
    let told = '';
    try {
      keys().validateApiKey(Secret.of(text));
    } catch (error) {
      told = String(error);
    }
    expect(told).toContain(problem);
    expect(told).not.toContain('PRIVATE KEY');
  });

  it('is taken in one piece, however long, and refused as a credential is', async () => {
    expect(keys().validateApiKey(Secret.of(keyFile()))).toEqual({});
    await expect(chat(clientWith(keyFile({ client_email: 'gone@simulated.example' })))).rejects.toMatchObject({
      code: 'session.credential-rejected',
    });
  });

  it('needs a project from somewhere', () => {
    expect(() => clientWith(keyFile({ project_id: undefined }))).toThrow('VERTEX_PROJECT');
  });
});

describe('a key of the express mode', () => {
  it('goes into a header, and asks at no project', async () => {
    expect(textOf(await chat(express()))).toBe(plainText);
    expect(last()).toMatchObject({
      path: '/v1beta1/publishers/google/models/gemini-sim:streamGenerateContent?alt=sse',
      headers: { 'x-goog-api-key': vertexSimulator.apiKey },
    });
    await expect(keys().testConnection(clientWith('wrong'), { signal })).rejects.toMatchObject({ code: 'session.credential-rejected' });
  });

  it('looks odd where it is a token', () => {
    expect(keys().validateApiKey(Secret.of('ya29.token')).warning).toContain('access token');
    expect(keys().validateApiKey(Secret.of('AQ.key'))).toEqual({});
  });

  it.each(['claude-sim', 'meta/llama-sim'])('has no %s', async (model) => {
    await expect(chat(express(), { model })).rejects.toMatchObject({ code: 'operation.unsupported' });
  });
});

describe('a login by federation', () => {
  const variable = 'GOOGLE_APPLICATION_CREDENTIALS';
  const before = process.env[variable];
  const file = (): string => join(folder, 'default.json');

  beforeEach(async () => {
    await writeFile(file(), JSON.stringify({ type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' }));
    process.env[variable] = file();
  });
  afterEach(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, variable);
    else process.env[variable] = before;
  });

  /** Whose issuer answers with this; what it was asked is kept. */
  const allowed = (answer: () => Pick<WireResponse, 'status'> & { readonly text: string }, asked: HttpRequest[] = []): VertexOAuth =>
    new VertexOAuth(settingsWith({ applicationDefault: 'true', project: 'simulated-project' }), {
      request(request) {
        asked.push(request);
        const { status, text } = answer();
        return Promise.resolve({ status, headers: { 'content-type': 'application/json' }, body: once(text) });
      },
      close: () => Promise.resolve(),
    });
  async function* once(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  const tokenAnswer = { status: 200, text: '{"access_token":"ya29.of-the-machine","expires_in":1799,"token_type":"Bearer"}' };

  const loggedIn = async (oauth: VertexOAuth, until = signal): Promise<TokenSet> => {
    const { pkceParams } = await oauth.generateAuthUrl('batch', { method: 'federation', signal });
    return oauth.exchangeCode(Secret.of(''), pkceParams, 'batch', { signal: until });
  };

  it('takes the application default credentials where the operator lets it, by our own way out', async () => {
    const asked: HttpRequest[] = [];
    const oauth = allowed(() => tokenAnswer, asked);
    const tokens = await loggedIn(oauth);
    expect(tokens.accessToken.reveal()).toBe('ya29.of-the-machine');
    expect(tokens).toMatchObject({ isExpiryEstimated: false, expiresAt: expect.any(Date) });
    const { refreshToken = Secret.of('') } = await oauth.extractApiCredentials(tokens, undefined, { signal });
    expect((await oauth.refreshToken(refreshToken, 'batch', { signal })).accessToken.reveal()).toBe('ya29.of-the-machine');
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(2).fill('POST https://oauth2.googleapis.com/token'));
    expect(Object.fromEntries(new URLSearchParams(String(asked[0]?.body)))).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'r',
    });
  });

  it('is refused as the issuer refuses, or is away', async () => {
    const refused = allowed(() => ({ status: 400, text: '{"error":"invalid_grant"}' }));
    await expect(loggedIn(refused)).rejects.toMatchObject({ code: 'login.rejected', upstream: { status: 400 } });
    const away = allowed(() => {
      throw new MaestroError('upstream.unreachable', { origin: 'https://oauth2.googleapis.com', reason: 'ENOTFOUND' });
    });
    await expect(loggedIn(away)).rejects.toMatchObject({ code: 'upstream.unreachable' });
  });

  it('says where credentials would come from, and does not outlive who asked', async () => {
    process.env[variable] = join(folder, 'nothing-there.json');
    await expect(loggedIn(allowed(() => tokenAnswer))).rejects.toThrow(variable);
    await expect(
      loggedIn(
        allowed(() => tokenAnswer),
        AbortSignal.abort(),
      ),
    ).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('is refused where the operator does not', async () => {
    const oauth = new VertexOAuth(settingsWith(), http);
    await expect(oauth.generateAuthUrl('work', { method: 'federation', signal })).rejects.toThrow('VERTEX_APPLICATION_DEFAULT');
  });

  it('has its calls on the quota of its project', async () => {
    const oauth = new VertexOAuth(settingsWith({ project: 'configured' }), http);
    const credentials = { authType: 'oauth', accessToken: Secret.of('ya29.t'), tokenType: 'Bearer', scopes: [] } as const;
    const headers: Record<string, string> = {};
    await oauth.createClient({ ...credentials, extra: { project: 'own' } }, {}).authorise(headers);
    expect(headers).toEqual({ authorization: 'Bearer ya29.t', 'x-goog-user-project': 'own' });
  });
});

describe('a chat', () => {
  it.each([
    ['gemini-sim', `${place}/publishers/google/models/gemini-sim:streamGenerateContent?alt=sse`],
    ['claude-sim', `${place}/publishers/anthropic/models/claude-sim:streamRawPredict`],
    ['meta/llama-sim', `${place}/endpoints/openapi/chat/completions`],
  ])('with %s goes to %s', async (model, path) => {
    const events = await chat(account(), { model });
    expect(textOf(events)).toBe(plainText);
    expect(last()?.path).toBe(path);
    expect(events.at(-1)).toMatchObject({ type: 'message-end', reason: 'stop', usage: { input: expect.any(Number) } });
  });

  it('names the model of another publisher in full, and the version of Messages in the body', async () => {
    await chat(account(), { model: 'meta/llama-sim' });
    expect(JSON.parse(last()?.body ?? '')).toMatchObject({ model: 'meta/llama-sim' });
    await chat(account(), { model: 'claude-3-7-sonnet@20250219' });
    const body: unknown = JSON.parse(last()?.body ?? '');
    expect(body).toMatchObject({ anthropic_version: 'vertex-2023-10-16', max_tokens: 32_000, stream: true });
    expect(body).not.toHaveProperty('model');
  });

  it.each([
    ['sim-rate-limited', { code: 'upstream.rate-limited', retryAfterMs: 7000 }],
    ['sim-truncated', { code: 'upstream.truncated' }],
    ['anthropic/sim-overloaded', { code: 'upstream.overloaded' }],
    ['anthropic/sim-cut', { code: 'upstream.disconnected' }],
    ['meta/sim-error-midstream', { code: 'upstream.failed' }],
    ['meta/sim-not-found', { code: 'upstream.not-found' }],
  ])('tells of %s', async (model, failure) => {
    await expect(chat(account(), { model })).rejects.toMatchObject(failure);
  });

  it('is read event by event, in any of the wires', () => {
    const first = (data: string) => streaming.parseStreamEvent({ data }, undefined);
    const started = first('{"type":"message_start","message":{"model":"m"}}');
    expect(started.events).toEqual([{ type: 'message-start', model: 'm' }]);
    expect(streaming.parseStreamEvent({ data: '{"type":"message_stop"}' }, started.state).events).toHaveLength(1);
    const chunk = first('{"choices":[{"index":0,"delta":{"content":"a"}}]}');
    expect(chunk.events.at(-1)).toMatchObject({ text: 'a' });
    expect(streaming.parseStreamEvent({ data: '{"choices":[{"index":0,"delta":{"content":"b"}}]}' }, chunk.state).events).toHaveLength(1);
    const candidate = first('{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}');
    expect(candidate.events.at(-1)).toMatchObject({ text: 'a' });
    const second = { data: '{"candidates":[{"content":{"parts":[{"text":"b"}]}}]}' };
    expect(streaming.parseStreamEvent(second, candidate.state).events).toMatchObject([{ text: 'b' }]);
  });
});

describe('passing a request on', () => {
  const request = (more: Partial<WireRequest>): WireRequest => ({
    dialect: 'gemini-generate-content',
    operation: 'chat',
    method: 'POST',
    path: '/v1beta/models/gemini-sim:generateContent',
    headers: { 'x-goog-api-key': 'mk_theirs' },
    body: Buffer.from('{"contents":[{"parts":[{"text":"Hi"}]}]}'),
    signal,
    ...more,
  });
  const messages = (body: string, more: Partial<WireRequest> = {}): WireRequest =>
    request({ dialect: 'anthropic-messages', path: '/v1/messages', body: Buffer.from(body), ...more });

  it('leads each wire to its publisher', async () => {
    const content = await streaming.forward(account(), request({}));
    expect(JSON.parse(await readText(content.body, 10_000))).toMatchObject({ candidates: [{ finishReason: 'STOP' }] });
    expect(last()?.path).toBe(`${place}/publishers/google/models/gemini-sim:generateContent`);

    const counted = await streaming.forward(
      account(),
      request({ operation: 'count-tokens', path: '/v1beta/models/gemini-sim:countTokens' }),
    );
    expect(JSON.parse(await readText(counted.body, 100))).toEqual({ totalTokens: 21 });

    const chatBody = Buffer.from('{"model":"meta/llama-sim","messages":[{"role":"user","content":"Hi"}]}');
    const chatted = await streaming.forward(account(), request({ dialect: 'openai-chat', path: '/chat/completions', body: chatBody }));
    expect(JSON.parse(await readText(chatted.body, 10_000))).toMatchObject({ object: 'chat.completion' });
    expect(last()?.path).toBe(`${place}/endpoints/openapi/chat/completions`);
  });

  it('leaves a Messages body as it came, but for the model and the version', async () => {
    const answered = await streaming.forward(
      account(),
      messages('{ "max_tokens" : 9, "model" : "claude-sim" , "messages":[{"role":"user","content":"1.0"}], "temperature": 1.0 }'),
    );
    expect(JSON.parse(await readText(answered.body, 10_000))).toMatchObject({ type: 'message', stop_reason: 'end_turn' });
    expect(last()).toMatchObject({
      path: `${place}/publishers/anthropic/models/claude-sim:rawPredict`,
      body: '{ "max_tokens" : 9, "anthropic_version":"vertex-2023-10-16" , "messages":[{"role":"user","content":"1.0"}], "temperature": 1.0 }',
    });
    const streamed = await streaming.forward(account(), messages('{"model":"claude-sim","max_tokens":9,"messages":[],"stream":true}'));
    expect(await readText(streamed.body, 100_000)).toContain('message_stop');
    expect(last()?.path).toBe(`${place}/publishers/anthropic/models/claude-sim:streamRawPredict`);
  });

  it('counts tokens where they are counted, with the model in the body', async () => {
    const counted = await streaming.forward(
      account(),
      messages('{"model":"claude-sim","messages":[]}', { operation: 'count-tokens', path: '/v1/messages/count_tokens' }),
    );
    expect(JSON.parse(await readText(counted.body, 100))).toEqual({ input_tokens: 21 });
    expect(last()).toMatchObject({
      path: `${place}/publishers/anthropic/models/count-tokens:rawPredict`,
      body: '{"model":"claude-sim","messages":[]}',
    });
  });

  it.each([
    ['Gemini’s wire to Claude', () => request({ path: '/v1beta/models/claude-sim:generateContent' })],
    ['Messages to Gemini', () => messages('{"model":"gemini-sim"}')],
    [
      'Chat Completions to Gemini',
      () => request({ dialect: 'openai-chat', path: '/chat/completions', body: Buffer.from('{"model":"gemini-sim"}') }),
    ],
    ['what no wire of its own is', () => request({ dialect: 'openai-responses', path: '/responses' })],
  ])('does not lead %s', async (_what, of) => {
    await expect(streaming.forward(account(), of())).rejects.toMatchObject({ code: 'operation.unsupported' });
  });

  it.each(['anthropic-messages', 'openai-chat'])('does not lead %s anywhere with a key of the express mode', async (dialect) => {
    const body = Buffer.from(dialect === 'openai-chat' ? '{"model":"meta/m"}' : '{"model":"claude-sim"}');
    await expect(streaming.forward(express(), request({ dialect, body }))).rejects.toMatchObject({ code: 'operation.unsupported' });
  });
});

describe('models', () => {
  const models = new VertexModels();

  it('are those of the publishers that are asked for, all pages', async () => {
    const listed = await models.listModels(account(), { signal });
    expect(listed.map(({ id, ownedBy }) => `${String(ownedBy)}: ${id}`)).toEqual([
      'google: gemini-sim-large',
      'google: gemini-sim-small',
      'google: sim-pictures',
      'anthropic: anthropic/claude-sim-large',
    ]);
    expect((await models.listModels(express(), { signal })).every(({ ownedBy }) => ownedBy === 'google')).toBe(true);
  });

  it('are found by every name that a chat takes, or are not there', async () => {
    expect(await models.getModelInfo(account(), 'anthropic/claude-sim-large', { signal })).toMatchObject({
      id: 'anthropic/claude-sim-large',
      name: 'claude-sim-large',
    });
    await expect(models.getModelInfo(account(), 'gone', { signal })).rejects.toMatchObject({ code: 'model.not-found' });
  });
});
