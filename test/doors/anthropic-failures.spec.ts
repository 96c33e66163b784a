import type { SdkOutcome } from '../support/sdk-process.js';
import { until } from '../support/until.js';
import type { DoorGateway } from './door-gateway.js';
import { providers, startDoorGateway } from './door-gateway.js';

const messages = [{ role: 'user', content: 'Hello' }];
const once = { headers: { 'x-maestro-retries': '0' } };

describe('what the @anthropic-ai/sdk is told', () => {
  let door: DoorGateway;

  beforeAll(async () => {
    door = await startDoorGateway('anthropic', '');
  }, 60_000);

  afterAll(() => door.close());

  const create = (model: string, more: object = {}, options: object = once): Promise<SdkOutcome> =>
    door.sdk.call('messages.create', [{ model, max_tokens: 100, messages, ...more }, options]);

  const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    door.gateway.call('POST', path, { body, headers });

  describe('of failures', () => {
    it('is a class of its own for each kind, whoever the provider is', async () => {
      const rows = ['sim-bad-request', 'sim-unauthorized', 'sim-not-found', 'sim-rate-limited', 'sim-overloaded'];
      const table: Record<string, Record<string, string>> = {};
      for (const provider of providers) {
        for (const row of rows) {
          const { error } = await create(`${provider}/${row}`);
          table[row] = { ...table[row], [provider]: `${error?.name ?? 'none'} ${String(error?.status)} ${String(error?.type)}` };
        }
      }
      console.info(`errors at the door for the @anthropic-ai/sdk: ${JSON.stringify(table, null, 1)}`);

      const told = Object.entries(table).map(([row, byProvider]) => [row, [...new Set(Object.values(byProvider))]]);
      expect(Object.fromEntries(told)).toEqual({
        'sim-bad-request': ['BadRequestError 400 invalid_request_error'],
        'sim-unauthorized': ['APIError 424 permission_error'],
        'sim-not-found': ['NotFoundError 404 not_found_error'],
        'sim-rate-limited': ['RateLimitError 429 rate_limit_error'],
        'sim-overloaded': ['OverloadedError 529 overloaded_error'],
      });
    });

    it.each(providers)('tells how long to wait where %s limits the rate', async (provider) => {
      const asked = { model: `${provider}/sim-rate-limited`, max_tokens: 1, messages };
      const answer = await post('/anthropic/v1/messages', asked, once.headers);

      expect(answer.status).toBe(429);
      expect(answer.headers.get('retry-after')).toBe('7');
    });

    it('keeps a bad key of ours apart from a session that must log in again', async () => {
      const credentials = { accessToken: 'gone-long-ago', expiresAt: '2020-01-01T00:00:00Z' };
      const made = await post('/api/sessions', { provider: 'gemini', authType: 'oauth', name: 'gone_login', credentials });
      const dead = await create('gemini:gone_login/any');
      await door.gateway.call('DELETE', '/api/sessions/gemini/oauth/gone_login');
      const bad = await create('any', {}, { headers: { 'x-api-key': 'mk_of_nobody' } });
      const two = await post('/v1/messages', {}, { 'x-api-key': 'mk_of_nobody' });
      const none = await door.gateway.call('POST', '/v1/messages', { body: {}, key: null });

      expect(made.status).toBe(201);
      expect(dead.error).toMatchObject({ name: 'APIError', status: 424, type: 'permission_error' });
      expect(bad.error).toMatchObject({ name: 'AuthenticationError', status: 401, type: 'authentication_error' });
      expect(bad.error?.requestId).toMatch(/^[\w-]{36}$/);
      expect([two, none].map(({ status }) => status)).toEqual([401, 401]);
      expect(two.json).toMatchObject({ error: { type: 'authentication_error', code: 'caller.keys-differ' } });
      expect(none.json).toMatchObject({ type: 'error', error: { type: 'authentication_error' }, request_id: expect.any(String) });
    });

    it('names what is wrong with a request', async () => {
      const noModel = await post('/v1/messages', { max_tokens: 1, messages }, { 'anthropic-version': '2023-06-01' });
      const noSession = await create('openai:nobody/any');
      const noContent = await create('openai/any', { messages: [{ role: 'user', content: [{ type: 'text' }] }] });
      const notJson = await door.gateway.call('POST', '/v1/messages', { text: '{"model": ' });

      expect(noModel.json).toMatchObject({ error: { type: 'invalid_request_error', message: 'model is missing, or is no text' } });
      expect(noSession.error).toMatchObject({ name: 'NotFoundError', type: 'not_found_error' });
      expect(noContent.error).toMatchObject({ name: 'BadRequestError' });
      expect(noContent.error?.message).toContain('messages[0].content[0].text');
      expect(notJson.json).toMatchObject({ error: { code: 'request.not-json' } });
    });

    it('says so where the base URL is wrong', async () => {
      const version = { 'anthropic-version': '2023-06-01' };
      const doubled = await post('/v1/v1/messages', {}, version);
      const missing = await post('/messages', {}, version);
      const prefixed = await post('/anthropic/messages', {}, version);

      expect([doubled, missing, prefixed].map(({ status }) => status)).toEqual([404, 404, 404]);
      expect(doubled.json).toMatchObject({ type: 'error', error: { message: expect.stringContaining('take it away') } });
      expect(missing.json).toMatchObject({ error: { message: expect.stringContaining('this would be /v1/messages') } });
      expect(prefixed.json).toMatchObject({ error: { message: expect.stringContaining('this would be /anthropic/v1/messages') } });
    });

    it('says what is served where a provider of another wire is asked for more', async () => {
      const { error } = await door.sdk.call('messages.batches.create', [{ requests: [] }, { headers: { 'x-maestro-session': 'nobody' } }]);
      const elsewhere = await post('/anthropic/v1/complete', { model: 'openai/any' });

      expect(error).toMatchObject({ name: 'NotFoundError' });
      expect(elsewhere.status).toBe(404);
      expect(elsewhere.json).toMatchObject({ error: { message: expect.stringContaining('POST /anthropic/v1/messages') } });
    });

    it.each(
      providers.flatMap((provider) => ['sim-error-midstream', 'sim-truncated', 'sim-cut'].map((model) => [provider, model] as const)),
    )('throws in the middle of an answer of %s that breaks off (%s)', async (provider, model) => {
      const read = await create(`${provider}/${model}`, { stream: true });
      const built = await door.sdk.call('messages.stream', [{ model: `${provider}/${model}`, max_tokens: 100, messages }, once], {
        then: 'finalMessage',
      });
      const { text } = await post('/v1/messages', { model: `${provider}/${model}`, max_tokens: 100, messages, stream: true }, once.headers);

      expect(read.items?.length).toBeGreaterThan(1);
      expect(read.error).toMatchObject({ name: 'APIError', type: expect.stringMatching(/_error$/) });
      expect(built.error).toBeDefined();
      expect(text.trimEnd().split('\n\n').at(-1)).toMatch(/^event: error\ndata: \{"type":"error"/);
    });
  });

  it.each(providers)('tells of its session with every answer of %s', async (provider) => {
    const asked = { model: `${provider}/any`, max_tokens: 1, messages, mcp_servers: [] };
    const { headers } = await post('/v1/messages', asked, { 'anthropic-beta': 'a-beta' });

    expect(headers.get('x-maestro-provider')).toBe(provider);
    expect(headers.get('x-maestro-session')).toBe(`work_${provider}`);
    expect(Number(headers.get('x-maestro-overhead-ms'))).toBeGreaterThan(0);
    const untranslated = headers.get('x-maestro-untranslated');
    expect(untranslated?.startsWith('anthropic-beta, mcp_servers') ?? false).toBe(provider !== 'anthropic');
  });

  it.each(providers)('ends the request at %s when it leaves', async (provider) => {
    const asked = [{ model: `${provider}/sim-slow`, max_tokens: 100, messages, stream: true }];
    const left = await door.sdk.call('messages.create', asked, { leaveAfter: 2 });

    expect(left.items).toHaveLength(2);
    const request = door.gateway.simulators.get(provider)?.requests.at(-1);
    await until(() => request?.isAborted === true);
  });
});
