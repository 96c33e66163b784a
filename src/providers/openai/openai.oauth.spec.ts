import 'reflect-metadata';

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import type { HttpClient, ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator, SimulatedRequest } from '../../contracts/simulator.js';
import type { TokenSet } from '../../contracts/tokens.js';
import type { WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { httpClient } from '../../kit/http-client.js';
import { readText } from '../../kit/read-body.js';
import { checkProvider } from '../../testing/check-provider.js';
import { OpenAiApiKey } from './openai.api-key.js';
import { OpenAiContext } from './openai.context.js';
import { OpenAiModels } from './openai.models.js';
import { openAi } from './openai.module.js';
import { OpenAiOAuth } from './openai.oauth.js';
import { OpenAiStreaming } from './openai.streaming.js';
import { openAiSimulator } from './testing/openai.simulator.js';

const http = httpClient();
const { signal } = new AbortController();
const streaming = new OpenAiStreaming();
const models = new OpenAiModels();

let simulator: RunningSimulator;
let origin: string;
let folder: string;

const settingsWith = (values: Readonly<Record<string, string>>): ProviderSettings => ({
  text: (name) => values[name],
  secret: () => undefined,
});

const oauthWith = (values: Readonly<Record<string, string>> = {}, client: HttpClient = http): OpenAiOAuth =>
  new OpenAiOAuth(
    settingsWith({
      oauthClientId: 'simulated-client',
      baseUrl: simulator.baseUrl,
      chatgptBaseUrl: `${origin}/backend-api/codex`,
      oauthAuthorizeUrl: `${origin}/oauth/authorize`,
      oauthTokenUrl: `${origin}/oauth/token`,
      federationTokenUrl: `${origin}/oauth/token`,
      ...values,
    }),
    client,
  );

async function tokensOf(oauth: OpenAiOAuth): Promise<TokenSet> {
  const { authUrl, pkceParams } = await oauth.generateAuthUrl('work', { method: 'browser', signal });
  const { headers } = await fetch(authUrl, { redirect: 'manual' });
  return oauth.exchangeCode(Secret.of(headers.get('location') ?? ''), pkceParams, 'work', { signal });
}

async function logIn(oauth: OpenAiOAuth): Promise<OAuthCredentials> {
  return oauth.extractApiCredentials(await tokensOf(oauth), undefined, { signal });
}

async function answerOf(oauth: OpenAiOAuth, credentials: OAuthCredentials, options: Partial<StreamOptions> = {}): Promise<string> {
  const pieces: string[] = [];
  const messages = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hello' },
  ] as const;
  const client = oauth.createClient(credentials, {});
  const events = await streaming.streamChat(client, messages, { model: 'gpt-5.5', signal, ...options });
  for await (const event of events) if (event.type === 'text-delta') pieces.push(event.text);
  return pieces.join('');
}

function last(): SimulatedRequest {
  const request = simulator.requests.at(-1);
  if (request === undefined) throw new Error('nothing was sent');
  return request;
}

/** Signed by nobody. */
function jwt(claims: object): Secret {
  return Secret.of(['{}', JSON.stringify(claims), '{}'].map((part) => Buffer.from(part).toString('base64url')).join('.'));
}

const account = (plan: string): object => ({ 'https://api.openai.com/auth': { chatgpt_account_id: 'acc-1', chatgpt_plan_type: plan } });
const refreshTokenOf = ({ refreshToken }: OAuthCredentials | TokenSet): Secret => refreshToken ?? Secret.of('none');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-federation-'));
  simulator = await openAiSimulator.start({ apiKey: openAiSimulator.apiKey });
  origin = new URL(simulator.baseUrl).origin;
});
afterAll(async () => {
  await simulator.close();
  await http.close();
  await rm(folder, { recursive: true });
});

describe('a ChatGPT login', () => {
  it('is declared without a fault, with nobody’s client as a default, unverified, and asks for consent', () => {
    const { login, settings, limitations } = openAi.manifest;
    expect(checkProvider(openAi)).toEqual([]);
    expect(login).toMatchObject({ rotation: 'strict', methods: ['browser', 'paste', 'device', 'federation'] });
    expect(settings['oauthClientId']?.default).toBeUndefined();
    expect(settings['oauthAcceptTerms']?.text).toContain('2026-11-22');
    expect(limitations.filter(({ needsConsent }) => needsConsent === true)).toMatchObject([{ about: 'oauth', readOn: '2026-11-22' }]);
    expect(limitations.some(({ about, text }) => about === 'oauth' && text.startsWith('Unverified'))).toBe(true);
  });

  it('needs a client of one’s own and a mode that there is, and says what to set', async () => {
    const setting = async (values: Readonly<Record<string, string>>): Promise<unknown> =>
      new OpenAiOAuth(settingsWith(values), http).generateAuthUrl('work', { method: 'paste', signal });
    await expect(setting({})).rejects.toMatchObject({ code: 'login.not-configured', parameters: { setting: 'OPENAI_OAUTH_CLIENT_ID' } });
    await expect(setting({ oauthClientId: 'mine', oauthMode: 'plan' })).rejects.toMatchObject({
      code: 'login.not-configured',
      parameters: { setting: 'OPENAI_OAUTH_MODE to auto, chatgpt, api-key or api' },
    });
  });

  it('goes to the vendor’s page and says nothing of another program', async () => {
    const own = new OpenAiOAuth(settingsWith({ oauthClientId: 'mine' }), http);
    const { authUrl } = await own.generateAuthUrl('work', { method: 'browser', signal });
    const { origin: vendor, pathname, searchParams } = new URL(authUrl);
    expect(`${vendor}${pathname}`).toBe('https://auth.openai.com/oauth/authorize');
    const { state, code_challenge: challenge, ...others } = Object.fromEntries(searchParams);
    expect([state, challenge]).not.toContain(undefined);
    expect(others).toEqual({
      response_type: 'code',
      client_id: 'mine',
      redirect_uri: 'http://localhost:1455/auth/callback',
      scope: 'openid profile email offline_access',
      code_challenge_method: 'S256',
      id_token_add_organizations: 'true',
    });
  });

  it('trades the code as a form, and knows account, plan and mode', async () => {
    const credentials = await logIn(oauthWith());
    const { headers, body } = last();
    expect(headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    const { code_verifier: verifier, code, ...others } = Object.fromEntries(new URLSearchParams(body));
    expect([verifier, code]).not.toContain(undefined);
    expect(others).toEqual({
      grant_type: 'authorization_code',
      redirect_uri: 'http://localhost:1455/auth/callback',
      client_id: 'simulated-client',
    });
    expect(credentials.extra).toEqual({ accountId: 'acc-simulated', plan: 'plus', mode: 'chatgpt' });
    expect(credentials.idToken).toBeDefined();
  });

  it('streams from ChatGPT’s backend: for its account, not stored, the instructions one text', async () => {
    const oauth = oauthWith();
    const options = { options: { maxTokens: 9, temperature: 0.5, topP: 0.5, endUser: 'user-1', metadata: { a: 'b' } } };
    expect(await answerOf(oauth, await logIn(oauth), options)).toContain('simulator');
    const { path, headers, body } = last();
    expect(path).toBe('/backend-api/codex/responses');
    expect(headers['chatgpt-account-id']).toBe('acc-simulated');
    expect(headers['user-agent']).toMatch(/^maestro\//);
    expect(['originator', 'session_id', 'openai-beta'].filter((name) => name in headers)).toEqual([]);
    expect(JSON.parse(body)).toEqual({
      model: 'gpt-5.5',
      input: [{ role: 'user', content: 'Hello' }],
      instructions: 'Be kind.',
      include: ['reasoning.encrypted_content'],
      store: false,
      stream: true,
    });
  });

  it('has no Chat Completions, no Conversations and no cheap test of a connection', async () => {
    const oauth = oauthWith();
    const credentials = await logIn(oauth);
    const context = new OpenAiContext().createContext(oauth.createClient(credentials, {}), { signal });
    await expect(context).rejects.toMatchObject({ code: 'operation.unsupported' });
    const inContext = answerOf(oauth, credentials, { contextRef: 'conv_1' });
    await expect(inContext).rejects.toMatchObject({ code: 'operation.unsupported' });
    const chat = answerOf(oauth, credentials, { providerOptions: { openai: { api: 'chat-completions' } } });
    await expect(chat).rejects.toMatchObject({ code: 'operation.unsupported' });
    const test = new OpenAiApiKey(settingsWith({}), http).testConnection(oauth.createClient(credentials, {}), { signal });
    await expect(test).rejects.toMatchObject({ code: 'operation.unsupported' });
  });

  it('lists the models that are configured for it, asking nobody', async () => {
    const client = oauthWith({ chatgptModels: 'gpt-5.1 gpt-of-mine' }).createClient(await logIn(oauthWith()), {});
    const before = simulator.requests.length;
    const list = await models.listModels(client, { signal });
    expect(list.map(({ id, abilities }) => [id, abilities.tools])).toEqual([
      ['gpt-5.1', 'yes'],
      ['gpt-of-mine', 'unknown'],
    ]);
    expect((await models.getModelInfo(client, 'gpt-of-mine', { signal })).catalogueDate).toBeDefined();
    await expect(models.getModelInfo(client, 'gpt-none', { signal })).rejects.toMatchObject({ code: 'model.not-found' });
    expect(simulator.requests.length).toBe(before);
    const plain = new OpenAiOAuth(settingsWith({}), http).createClient(await logIn(oauthWith()), {});
    expect(plain.baseUrl).toBe('https://chatgpt.com/backend-api/codex');
    expect((await models.listModels(plain, { signal })).map(({ id }) => id)).toContain('gpt-5.5');
  });

  it('refreshes with a token that rotates, and a used one ends the login in the vendor’s words', async () => {
    const oauth = oauthWith();
    const credentials = await logIn(oauth);
    const tokens = await oauth.refreshToken(refreshTokenOf(credentials), 'work', { signal });
    const refreshed = await oauth.extractApiCredentials(tokens, credentials, { signal });
    expect(refreshTokenOf(refreshed).reveal()).not.toBe(refreshTokenOf(credentials).reveal());
    expect(refreshed.extra).toEqual(credentials.extra);
    expect(await answerOf(oauth, refreshed)).not.toBe('');
    await expect(oauth.refreshToken(refreshTokenOf(credentials), 'work', { signal })).rejects.toMatchObject({
      code: 'session.refresh-rejected',
      parameters: { reason: 'refresh_token_reused' },
    });
    await expect(answerOf(oauth, refreshed)).rejects.toMatchObject({ code: 'session.credential-rejected' });
  });

  it('is revoked by its refresh token, in JSON', async () => {
    const oauth = oauthWith();
    const credentials = await logIn(oauth);
    await oauth.revokeTokens(credentials, { signal });
    expect(last().path).toBe('/oauth/revoke');
    const token = refreshTokenOf(credentials).reveal();
    expect(JSON.parse(last().body)).toEqual({ client_id: 'simulated-client', token, token_type_hint: 'refresh_token' });
    await expect(answerOf(oauth, credentials)).rejects.toMatchObject({ code: 'session.credential-rejected' });
  });

  it('goes to a session’s own address, and for tokens that were given by hand knows the account from them', async () => {
    const credentials = { authType: 'oauth', accessToken: jwt(account('pro')), tokenType: 'Bearer', scopes: [], extra: {} } as const;
    const client = oauthWith().createClient(credentials, { baseUrl: 'https://own.example/codex/' });
    const headers: Record<string, string> = {};
    await client.authorise(headers);
    expect(client.baseUrl).toBe('https://own.example/codex');
    expect(headers['chatgpt-account-id']).toBe('acc-1');
    expect(oauthWith({ oauthMode: 'api' }).createClient(credentials, {}).baseUrl).toBe(simulator.baseUrl);
    const opaque: Record<string, string> = {};
    await oauthWith()
      .createClient({ ...credentials, accessToken: Secret.of('opaque') }, {})
      .authorise(opaque);
    expect(opaque).toEqual({ authorization: 'Bearer opaque' });
  });
});

describe('what a refresh answers', () => {
  const kept: OAuthCredentials = {
    authType: 'oauth',
    accessToken: Secret.of('old-access'),
    refreshToken: Secret.of('old-refresh'),
    idToken: jwt(account('plus')),
    tokenType: 'Bearer',
    scopes: [],
    extra: { mode: 'chatgpt' },
  };

  const answering = (status: number, body: string): OpenAiOAuth => {
    const headers = { 'content-type': 'application/json' };
    return oauthWith({}, { ...http, request: () => Promise.resolve({ status, headers, body: oneOf(body) }) });
  };

  it.each([
    ['{"access_token":"new-access"}', ['new-access', 'old-refresh']],
    ['{"refresh_token":"new-refresh"}', ['old-access', 'new-refresh']],
    ['{"id_token":"new-id"}', ['old-access', 'old-refresh']],
    ['{}', ['old-access', 'old-refresh']],
  ])('%s leaves what it does not name as it was', async (body, expected) => {
    const oauth = answering(200, body);
    const tokens = await oauth.refreshToken(refreshTokenOf(kept), 'work', { signal });
    const merged = await oauth.extractApiCredentials(tokens, kept, { signal });
    expect([merged.accessToken.reveal(), refreshTokenOf(merged).reveal()]).toEqual(expected);
    expect(merged.idToken?.reveal()).toBe(body.includes('new-id') ? 'new-id' : kept.idToken?.reveal());
    expect(merged.extra['mode']).toBe('chatgpt');
  });

  it.each([
    [400, { error: { code: 'refresh_token_expired' } }, 'session.refresh-rejected'],
    [400, { error: 'refresh_token_invalidated' }, 'session.refresh-rejected'],
    [403, { code: 'refresh_token_reused' }, 'session.refresh-rejected'],
    [400, { error: 'invalid_grant' }, 'session.refresh-rejected'],
    [401, { detail: 'whatever' }, 'session.refresh-rejected'],
    [401, { error: 'invalid_client' }, 'oauth.misconfigured'],
    [500, { error: 'refresh_failed' }, 'upstream.failed'],
    [429, {}, 'upstream.rate-limited'],
  ])('%i %j means %s', async (status, body, code) => {
    const oauth = answering(status, JSON.stringify(body));
    await expect(oauth.refreshToken(refreshTokenOf(kept), 'work', { signal })).rejects.toMatchObject({ code });
  });
});

describe('the mode of a login', () => {
  const trade = async (oauth: OpenAiOAuth, idToken: Secret | undefined): Promise<OAuthCredentials> => {
    const { idToken: _own, ...tokens } = await tokensOf(oauth);
    return oauth.extractApiCredentials({ ...tokens, ...(idToken && { idToken }) }, undefined, { signal });
  };

  it.each(['free', 'Plus', 'pro', 'team', 'go'])('is ChatGPT’s backend with the plan %s', async (plan) => {
    expect((await trade(oauthWith(), jwt(account(plan)))).extra['mode']).toBe('chatgpt');
  });

  it.each(['business', 'enterprise', 'edu', 'unheard-of'])(
    'is that of an API key with the plan %s, where one is to be had',
    async (plan) => {
      const before = simulator.requests.length;
      const credentials = await trade(oauthWith(), jwt(account(plan)));
      const asked = simulator.requests.slice(before).map(({ body }) => new URLSearchParams(body).get('requested_token'));
      expect(asked).toContain('openai-api-key');
      // The simulator gives keys for its own identity tokens only.
      expect(credentials.extra).toMatchObject({ mode: 'chatgpt', plan });
    },
  );

  it('is what the operator says: a key for the identity token, which outlives refreshes', async () => {
    const oauth = oauthWith({ oauthMode: 'api-key' });
    const credentials = await logIn(oauth);
    expect(Object.fromEntries(new URLSearchParams(last().body))).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token: 'openai-api-key',
      subject_token: credentials.idToken?.reveal(),
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      client_id: 'simulated-client',
    });
    expect(credentials.extra['mode']).toBe('api-key');
    expect(await answerOf(oauth, credentials, { options: { maxTokens: 9 } })).not.toBe('');
    expect(last().path).toBe('/v1/responses');
    expect(last().headers).not.toHaveProperty('chatgpt-account-id');

    const tokens = await oauth.refreshToken(refreshTokenOf(credentials), 'work', { signal });
    const before = simulator.requests.length;
    const refreshed = await oauth.extractApiCredentials(tokens, credentials, { signal });
    expect(simulator.requests.length).toBe(before);
    expect(refreshed.accessToken.reveal()).toBe(credentials.accessToken.reveal());
    expect(refreshTokenOf(refreshed).reveal()).not.toBe(refreshTokenOf(credentials).reveal());
    expect(await answerOf(oauth, refreshed)).not.toBe('');
  });

  it('is no other than the operator says: without a key there is no login', async () => {
    const oauth = oauthWith({ oauthMode: 'api-key' });
    await expect(trade(oauth, jwt(account('plus')))).rejects.toMatchObject({ code: 'login.rejected' });
    await expect(trade(oauth, undefined)).rejects.toMatchObject({ parameters: { reason: 'id_token_missing' } });
  });

  it('may be the API itself, for a client whose tokens are good for it', async () => {
    const oauth = oauthWith({ oauthMode: 'api' });
    const credentials = await logIn(oauth);
    expect(new URLSearchParams(last().body).get('resource')).toBe(simulator.baseUrl);
    expect(credentials.extra['mode']).toBe('api');
    expect(await answerOf(oauth, credentials)).not.toBe('');
    expect(last().path).toBe('/v1/responses');
  });

  it('takes organisation and account for words, and nothing that would break a header', async () => {
    const organisation = jwt({ organizations: ['odd', { id: 'org-1' }] });
    expect((await trade(oauthWith(), organisation)).extra).toEqual({ accountId: 'org-1', mode: 'chatgpt' });
    const evil = jwt({ organizations: [{ id: 'a\r\nx-evil: 1' }] });
    expect((await trade(oauthWith(), evil)).extra).toEqual({ mode: 'chatgpt' });
  });

  it('reads the models of a plan as the API tells them to tokens of logins', async () => {
    const listed = { slug: 'gpt-5.5', display_name: 'GPT 5.5', visibility: 'list' };
    const text = JSON.stringify({ models: [listed, { slug: 'hidden', visibility: 'hide' }, { slug: 'bare' }, {}] });
    const client = oauthWith().createClient(await logIn(oauthWith({ oauthMode: 'api' })), {});
    const odd = { ...client, http: { ...http, request: () => Promise.resolve({ status: 200, headers: {}, body: oneOf(text) }) } };
    const list = await models.listModels(odd, { signal });
    expect(list.map(({ id, name }) => [id, name])).toEqual([
      ['gpt-5.5', 'GPT 5.5'],
      ['bare', 'bare'],
    ]);
  });
});

describe('a login by device', () => {
  it('shows a code, waits, and ends in a session that streams', async () => {
    const oauth = oauthWith();
    const { authUrl, userCode, pollIntervalSeconds, pkceParams } = await oauth.generateAuthUrl('work', { method: 'device', signal });
    expect(JSON.parse(last().body)).toEqual({ client_id: 'simulated-client' });
    expect([authUrl, pollIntervalSeconds]).toEqual([`${origin}/codex/device`, 5]);
    expect(userCode).toMatch(/^SIMU-/);
    const poll = (): Promise<TokenSet> => oauth.exchangeCode(Secret.of(''), pkceParams, 'work', { signal });

    await expect(poll()).rejects.toMatchObject({ code: 'login.pending' });
    await fetch(authUrl);
    const credentials = await oauth.extractApiCredentials(await poll(), undefined, { signal });

    expect(new URLSearchParams(last().body).get('redirect_uri')).toBe(`${origin}/deviceauth/callback`);
    expect(await answerOf(oauth, credentials)).not.toBe('');
  });

  it.each([
    [403, '{"error":"access_denied"}', 'login.rejected'],
    [404, '{}', 'login.pending'],
    [500, '{}', 'upstream.failed'],
    [200, '{}', 'upstream.malformed'],
  ])('takes %i %s of a poll for %s', async (status, body, code) => {
    const { pkceParams } = await oauthWith().generateAuthUrl('work', { method: 'device', signal });
    const headers = { 'content-type': 'application/json' };
    const oauth = oauthWith({}, { ...http, request: () => Promise.resolve({ status, headers, body: oneOf(body) }) });
    await expect(oauth.exchangeCode(Secret.of(''), pkceParams, 'work', { signal })).rejects.toMatchObject({ code });
  });

  it.each([
    [404, 'oauth.misconfigured'],
    [200, 'upstream.malformed'],
  ])('does not begin where the vendor answers %i without a code', async (status, code) => {
    const oauth = oauthWith({}, { ...http, request: () => Promise.resolve({ status, headers: {}, body: oneOf('[]') }) });
    await expect(oauth.generateAuthUrl('work', { method: 'device', signal })).rejects.toMatchObject({ code });
  });

  it('asks for nothing without its code', async () => {
    const { pkceParams } = await oauthWith().generateAuthUrl('work', { method: 'device', signal });
    const { deviceCode: _code, ...without } = pkceParams;
    const rejected = { code: 'login.rejected', parameters: { reason: 'device_code_missing' } };
    await expect(oauthWith().exchangeCode(Secret.of(''), without, 'work', { signal })).rejects.toMatchObject(rejected);
  });
});

describe('a login by federation', () => {
  const path = (): string => join(folder, 'identity-token');
  const federation = (): OpenAiOAuth =>
    oauthWith({ federationTokenPath: path(), federationIdentityProviderId: 'idp-simulated', federationServiceAccountId: 'svc-simulated' });

  async function begun(oauth: OpenAiOAuth): Promise<TokenSet> {
    const { authUrl, pkceParams } = await oauth.generateAuthUrl('batch', { method: 'federation', signal });
    expect(authUrl).toBe('');
    return oauth.exchangeCode(Secret.of(''), pkceParams, 'batch', { signal });
  }

  it('trades the identity token of the file for one that the API takes, and has nothing to revoke', async () => {
    await writeFile(path(), 'header.claims.signature\n');
    const oauth = federation();
    const tokens = await begun(oauth);
    expect(JSON.parse(last().body)).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'header.claims.signature',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      identity_provider_id: 'idp-simulated',
      service_account_id: 'svc-simulated',
    });
    const credentials = await oauth.extractApiCredentials(tokens, undefined, { signal });
    expect(await answerOf(oauth, credentials)).not.toBe('');
    expect(last().path).toBe('/v1/responses');
    expect((await models.listModels(oauth.createClient(credentials, {}), { signal })).length).toBeGreaterThan(0);
    const before = simulator.requests.length;
    await oauth.revokeTokens(credentials, { signal });
    expect(simulator.requests.length).toBe(before);
  });

  it('is refreshed with the identity token of that day, and does not end for one that is refused', async () => {
    await writeFile(path(), 'first');
    const oauth = federation();
    const first = await begun(oauth);
    await writeFile(path(), 'second');
    const second = await oauth.refreshToken(refreshTokenOf(first), 'batch', { signal });
    expect(last().body).toContain('"subject_token":"second"');
    expect(refreshTokenOf(second).reveal()).not.toBe(refreshTokenOf(first).reveal());
    await writeFile(path(), 'expired');
    const refused = oauth.refreshToken(refreshTokenOf(second), 'batch', { signal });
    await expect(refused).rejects.toMatchObject({ code: 'upstream.permission-denied' });
  });

  it('says everything that is to be set', async () => {
    const begin = oauthWith({ federationTokenPath: path() }).generateAuthUrl('batch', { method: 'federation', signal });
    await expect(begin).rejects.toMatchObject({
      code: 'login.not-configured',
      parameters: { setting: 'OPENAI_FEDERATION_IDENTITY_PROVIDER_ID and OPENAI_FEDERATION_SERVICE_ACCOUNT_ID' },
    });
  });
});

describe('a client’s own request through a ChatGPT login', () => {
  const request = { method: 'POST', path: '/responses', headers: {}, signal, dialect: 'openai-responses', operation: 'chat' } as const;
  const forwarded = async (body: unknown, others: Partial<WireRequest> = {}): Promise<WireResponse> => {
    const oauth = oauthWith();
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return streaming.forward(oauth.createClient(await logIn(oauth), {}), { ...request, body: Buffer.from(text), ...others });
  };
  const textOf = ({ body }: WireResponse): Promise<string> => readText(body, 1_000_000);

  it('goes on streamed and not stored, its instructions in one text', async () => {
    const instructions = ['Be kind.', { type: 'input_text', text: 'Be brief.' }, 7];
    const answer = await forwarded({ model: 'gpt-5.5', input: 'Hello', stream: true, store: true, max_output_tokens: 9, instructions });
    expect(await textOf(answer)).toContain('response.completed');
    expect(answer.headers['x-maestro-untranslated']).toBe('max_output_tokens');
    const sent = { model: 'gpt-5.5', input: 'Hello', stream: true, store: false, instructions: 'Be kind.\n\nBe brief.' };
    expect(JSON.parse(last().body)).toEqual(sent);
  });

  it('is told what goes unsaid of a request of ours', async () => {
    const oauth = oauthWith();
    const client = oauth.createClient(await logIn(oauth), {});
    const options = { maxTokens: 9, temperature: 0.5, topP: 0.5, endUser: 'user-1', metadata: { a: 'b' }, seed: 1 };
    const events = await streaming.streamChat(client, [{ role: 'user', content: 'Hello' }], { model: 'gpt-5.5', signal, options });
    for await (const event of events) {
      const unsaid = ['seed', 'maxTokens', 'temperature', 'topP', 'metadata', 'endUser'].map((name) => `options.${name}`);
      expect(event).toMatchObject({ type: 'message-start', untranslated: unsaid });
      break;
    }
  });

  it('is answered whole where it asked for no stream', async () => {
    const answer = await forwarded({ model: 'sim-tools', input: 'Hello' });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(await textOf(answer))).toMatchObject({
      object: 'response',
      status: 'completed',
      output: [{ type: 'message' }, {}, {}],
    });
    expect(JSON.parse(last().body)).toMatchObject({ instructions: '', stream: true });
  });

  it.each([
    ['sim-truncated', 'upstream.truncated'],
    ['sim-error-midstream', 'upstream.failed'],
  ])('fails whole where the stream does: %s', async (model, code) => {
    await expect(forwarded({ model, input: 'Hello' })).rejects.toMatchObject({ code });
  });

  it('hands a refusal on as it is', async () => {
    expect((await forwarded({ model: 'sim-rate-limited', input: 'Hello' })).status).toBe(429);
  });

  it('gets the items that came by themselves where the last event has none', async () => {
    const done = { type: 'response.output_item.done', item: { type: 'message', id: 'one' } };
    const late = { type: 'response.output_item.done', output_index: 1, item: { type: 'message', id: 'two' } };
    const end = { type: 'response.completed', response: { id: 'r', output: [] } };
    const text = ['no JSON', ...[late, { ...done, output_index: 0 }, end].map((each) => JSON.stringify(each))];
    const oauth = oauthWith();
    const body = text.map((each) => `data: ${each}\n\n`).join('');
    const client = {
      ...oauth.createClient(await logIn(oauth), {}),
      http: { ...http, request: () => Promise.resolve({ status: 200, headers: {}, body: oneOf(body) }) },
    };
    const answer = await streaming.forward(client, { ...request, body: Buffer.from('{"model":"gpt-5.5"}') });
    expect(JSON.parse(await textOf(answer))).toEqual({
      id: 'r',
      output: [
        { type: 'message', id: 'one' },
        { type: 'message', id: 'two' },
      ],
    });
  });

  it.each([
    [{ dialect: 'openai-chat', path: '/chat/completions' }, 'operation.unsupported'],
    [{ operation: 'stored-response', path: '/responses/1' }, 'operation.unsupported'],
    [{ body: Buffer.from('[]') }, 'request.invalid'],
  ] as const)('is refused where the backend has no place for it: %j', async (others, code) => {
    await expect(forwarded('{}', others)).rejects.toMatchObject({ code });
  });
});

async function* oneOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
