import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';

import type { SdkOutcome } from '../support/sdk-process.js';
import { until } from '../support/until.js';
import type { DoorGateway } from './door-gateway.js';
import { providers, startDoorGateway } from './door-gateway.js';

const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }];
const noRetries = { 'x-maestro-retries': '0' };

describe('what the @google/genai SDK is told', () => {
  let door: DoorGateway;

  beforeAll(async () => {
    door = await startDoorGateway('genai', '');
  }, 60_000);

  afterAll(() => door.close());

  const generate = (
    model: string,
    headers: Readonly<Record<string, string>> = noRetries,
    method = 'generateContent',
  ): Promise<SdkOutcome> => door.sdk.call(`models.${method}`, [{ model, contents, config: { httpOptions: { headers } } }]);

  const post = (path: string, body: object = { contents }, headers: Readonly<Record<string, string>> = noRetries) =>
    door.gateway.call('POST', path, { body, headers });

  describe('of failures', () => {
    it('has the status of its kind, whoever the provider is', async () => {
      const rows = ['sim-bad-request', 'sim-unauthorized', 'sim-not-found', 'sim-rate-limited', 'sim-overloaded'];
      const table: Record<string, Record<string, string>> = {};
      for (const provider of providers) {
        for (const row of rows) {
          const { error } = await generate(`${provider}/${row}`);
          const word = /"status":"([A-Z_]+)"/.exec(error?.message ?? '')?.[1] ?? 'no word';
          table[row] = { ...table[row], [provider]: `${error?.name ?? 'none'} ${String(error?.status)} ${word}` };
        }
      }
      console.info(`errors at the door for the @google/genai SDK: ${JSON.stringify(table, null, 1)}`);

      const told = Object.entries(table).map(([row, byProvider]) => [row, [...new Set(Object.values(byProvider))]]);
      expect(Object.fromEntries(told)).toEqual({
        'sim-bad-request': ['ApiError 400 INVALID_ARGUMENT'],
        'sim-unauthorized': ['ApiError 424 FAILED_PRECONDITION'],
        'sim-not-found': ['ApiError 404 NOT_FOUND'],
        'sim-rate-limited': ['ApiError 429 RESOURCE_EXHAUSTED'],
        'sim-overloaded': ['ApiError 503 UNAVAILABLE'],
      });
    });

    it.each(providers)('tells how long to wait where %s limits the rate', async (provider) => {
      const { error } = await generate(`${provider}/sim-rate-limited`);

      expect(error?.message).toContain('"retryDelay":"7s"');
    });

    it('keeps a bad key of ours apart from a session that must log in again', async () => {
      const credentials = { accessToken: 'gone-long-ago', expiresAt: '2020-01-01T00:00:00Z' };
      const made = await post('/api/sessions', { provider: 'gemini', authType: 'oauth', name: 'gone_login', credentials });
      const dead = await generate('gemini:gone_login/any');
      await door.gateway.call('DELETE', '/api/sessions/gemini/oauth/gone_login');
      const bad = await generate('gemini/any', { 'x-goog-api-key': 'mk_of_nobody' });
      const two = await post('/v1beta/models/any:generateContent?key=mk_of_nobody');
      const none = await door.gateway.call('POST', '/v1beta/models/any:generateContent', { body: {}, key: null });

      expect(made.status).toBe(201);
      expect(dead.error).toMatchObject({ name: 'ApiError', status: 424 });
      expect(bad.error).toMatchObject({ name: 'ApiError', status: 401 });
      expect(bad.error?.message).toContain('"UNAUTHENTICATED"');
      expect([two, none].map(({ status }) => status)).toEqual([401, 401]);
      expect(two.json).toMatchObject({ error: { details: [{ reason: 'CALLER_KEYS_DIFFER' }, {}] } });
    });

    it('names what is wrong with a request', async () => {
      const noContents = await post('/v1beta/models/openai/any:generateContent', {});
      const noSession = await generate('openai:nobody/any');
      const notJson = await door.gateway.call('POST', '/v1beta/models/openai/any:generateContent', { text: '{"contents": ' });

      expect(noContents.json).toMatchObject({
        error: { code: 400, status: 'INVALID_ARGUMENT', message: expect.stringContaining('contents') },
      });
      expect(noSession.error).toMatchObject({ name: 'ApiError', status: 404 });
      expect(notJson.json).toMatchObject({ error: { code: 400, details: [{ reason: 'REQUEST_NOT_JSON' }, {}] } });
    });

    it('says so where the base URL is wrong', async () => {
      const doubled = await post('/v1beta/v1beta/models/any:generateContent');
      const missing = await post('/models/any:generateContent');
      const prefixed = await post('/gemini/models/any:streamGenerateContent?alt=sse');
      const elsewhere = await post('/gemini/v1beta/models/openai/any:embedContent');

      expect([doubled, missing, prefixed, elsewhere].map(({ status }) => status)).toEqual([404, 404, 404, 404]);
      expect(doubled.json).toMatchObject({ error: { status: 'NOT_FOUND', message: expect.stringContaining('take it away') } });
      expect(missing.json).toMatchObject({
        error: { message: expect.stringContaining('this would be /v1beta/models/any:generateContent') },
      });
      expect(prefixed.json).toMatchObject({ error: { message: expect.stringContaining('/gemini/v1beta/models/any:stream') } });
      expect(elsewhere.json).toMatchObject({
        error: { message: expect.stringContaining('POST /gemini/v1beta/models/{model}:generateContent') },
      });
    });

    it.each(
      providers.flatMap((provider) => ['sim-error-midstream', 'sim-truncated', 'sim-cut'].map((model) => [provider, model] as const)),
    )('throws in the middle of an answer of %s that breaks off (%s)', async (provider, model) => {
      const { items, error } = await generate(`${provider}/${model}`, noRetries, 'generateContentStream');

      expect(items?.length).toBeGreaterThan(0);
      // The vendor writes its own report bare, and its client takes that for half an event where it comes with others.
      expect(['ApiError', ...(provider === 'gemini' ? ['Error'] : [])]).toContain(error?.name);
    });

    it.each(providers)('is written as an event and bare where an answer of %s broke off', async (provider) => {
      const { text } = await post(`/v1beta/models/${provider}/sim-cut:streamGenerateContent?alt=sse`);
      const [bare = '', , framed = ''] = text.trimEnd().split('\n').reverse();

      expect(JSON.parse(bare)).toMatchObject({ error: { code: 502, status: 'INTERNAL' } });
      expect(framed).toBe(`data: ${bare}`);
    });
  });

  // The SDK does not give up a stream that is left; it wants a signal for that.
  it.each(providers)('ends the request at %s when the client is gone', async (provider) => {
    const path = `/v1beta/models/${provider}/sim-slow:streamGenerateContent?alt=sse&key=${door.gateway.adminKey}`;
    const headers = { 'content-type': 'application/json' };
    const client = httpRequest(`${door.gateway.gateway.url}${path}`, { method: 'POST', headers }).end(JSON.stringify({ contents }));
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    await once(response, 'data');
    client.destroy();

    const request = door.gateway.simulators.get(provider)?.requests.at(-1);
    await until(() => request?.isAborted === true);
  });
});
