import { once as onceHappened } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';

import { carriedMark } from '../../src/kit/carried.js';
import type { SdkOutcome } from '../support/sdk-process.js';
import { until } from '../support/until.js';
import type { DoorGateway } from './door-gateway.js';
import { plainText, providers, startDoorGateway } from './door-gateway.js';

const messages = [{ role: 'user', content: 'Hello' }];
const once = { headers: { 'x-maestro-retries': '0' } };

interface CallingMessage {
  readonly tool_calls: readonly { readonly id: string }[];
}

describe('what the openai SDK is told', () => {
  let door: DoorGateway;

  beforeAll(async () => {
    door = await startDoorGateway('openai', '/v1');
  }, 60_000);

  afterAll(() => door.close());

  const chat = (model: string, more: object = {}, options: object = once): Promise<SdkOutcome> =>
    door.sdk.call('chat.completions.create', [{ model, messages, ...more }, options]);

  const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    door.gateway.call('POST', path, { body, headers });

  const lastAsked = (provider: string): string => door.gateway.simulators.get(provider)?.requests.at(-1)?.body ?? '';

  describe('of failures', () => {
    it('is a class of its own for each kind, whoever the provider is', async () => {
      const rows = ['sim-bad-request', 'sim-unauthorized', 'sim-not-found', 'sim-rate-limited', 'sim-overloaded'];
      const table: Record<string, Record<string, string>> = {};
      for (const provider of providers) {
        for (const row of rows) {
          const { error } = await chat(`${provider}/${row}`);
          table[row] = { ...table[row], [provider]: `${error?.name ?? 'none'} ${String(error?.status)} ${String(error?.code)}` };
        }
      }
      console.info(`errors at the door for the openai SDK: ${JSON.stringify(table, null, 1)}`);

      const names = Object.fromEntries(
        Object.entries(table).map(([row, byProvider]) => [row, [...new Set(Object.values(byProvider).map((told) => told.split(' ')[0]))]]),
      );
      expect(names).toEqual({
        'sim-bad-request': ['BadRequestError'],
        'sim-unauthorized': ['APIError'],
        'sim-not-found': ['NotFoundError'],
        'sim-rate-limited': ['RateLimitError'],
        'sim-overloaded': ['InternalServerError'],
      });
      expect(new Set(Object.values(table['sim-unauthorized'] ?? {}))).toEqual(new Set(['APIError 424 session_credential_rejected']));
    });

    it.each(providers)('tells how long to wait where %s limits the rate', async (provider) => {
      const answer = await post('/v1/chat/completions', { model: `${provider}/sim-rate-limited`, messages }, once.headers);

      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    });

    it('keeps a bad key of ours apart from a dead session', async () => {
      const { error } = await chat('openai/any', {}, { headers: { authorization: 'Bearer mk_of_nobody' } });
      const without = await door.gateway.call('POST', '/v1/chat/completions', { body: {}, key: null });

      expect(error).toMatchObject({ name: 'AuthenticationError', status: 401, code: 'invalid_api_key' });
      expect(without.status).toBe(401);
      expect(without.headers.get('www-authenticate')).toContain('Bearer');
      expect(without.json).toMatchObject({ error: { type: 'authentication_error', code: 'invalid_api_key' } });
    });

    it('names what is wrong with a request', async () => {
      const noModel = await post('/v1/chat/completions', { messages });
      const noSession = await chat('openai:nobody/any');
      const noProvider = await chat('nobody/any');
      const twoSessions = await chat('openai:work_openai/any', {}, { headers: { 'x-maestro-session': 'other_one' } });
      const notJson = await door.gateway.call('POST', '/v1/responses', { text: '{"model": ' });
      const badRetries = await chat('openai/any', {}, { headers: { 'x-maestro-retries': '9' } });

      expect(noModel.json).toMatchObject({ error: { message: 'model is missing, or is no text', param: 'model' } });
      expect(noSession.error).toMatchObject({ name: 'NotFoundError', code: 'session_not_found' });
      // A name that is no provider's is part of a model's name.
      expect(noProvider.error).toBeUndefined();
      expect(JSON.parse(lastAsked('openai'))).toMatchObject({ model: 'nobody/any' });
      expect(twoSessions.error).toMatchObject({ name: 'BadRequestError' });
      expect(notJson.json).toMatchObject({ error: { code: 'request_not_json' } });
      expect(badRetries.error).toMatchObject({ name: 'BadRequestError' });
    });

    it('refuses a body that is too large before it is read', async () => {
      const url = new URL('/v1/chat/completions', door.gateway.gateway.url);
      const headers = {
        authorization: `Bearer ${door.gateway.adminKey}`,
        'content-type': 'application/json',
        'content-length': 40 * 1024 * 1024,
      };
      const asked = httpRequest(url, { method: 'POST', headers });
      asked.flushHeaders();
      const [answer] = (await onceHappened(asked, 'response')) as [IncomingMessage];
      const body = await text(answer);
      asked.destroy();

      expect(answer.statusCode).toBe(413);
      expect(JSON.parse(body)).toMatchObject({ error: { code: 'request_too_large', message: expect.stringContaining('32 MiB') } });
    });

    it('says so where the base URL is wrong', async () => {
      const doubled = await post('/v1/v1/chat/completions', {});
      const missing = await post('/chat/completions', {});
      const prefixed = await post('/openai/responses', {});
      const lost = await post('/openai/v2/nothing', {});

      expect([doubled, missing, prefixed, lost].map(({ status }) => status)).toEqual([404, 404, 404, 404]);
      expect(doubled.json).toMatchObject({ error: { code: 'route_not_served', message: expect.stringContaining('take it away') } });
      expect(missing.json).toMatchObject({
        error: { message: expect.stringMatching(/^POST "\/chat\/completions" .* must end in \/v1: this would be \/v1\/chat\/completions/) },
      });
      expect(prefixed.json).toMatchObject({ error: { message: expect.stringContaining('/openai/v1/responses') } });
      expect(lost.json).toMatchObject({ error: { message: expect.stringContaining('Served: ') } });
    });

    it('lists what is served where a provider of another wire is asked for more', async () => {
      const { error } = await door.sdk.call('images.generate', [{ model: 'anthropic/any', prompt: 'a cat' }]);

      expect(error).toMatchObject({ name: 'NotFoundError', code: 'route_not_served' });
      expect(error?.message).toContain('POST /v1/chat/completions');
    });

    it.each(
      providers.flatMap((provider) => ['sim-error-midstream', 'sim-truncated', 'sim-cut'].map((model) => [provider, model] as const)),
    )('throws in the middle of an answer of %s that breaks off (%s)', async (provider, model) => {
      const asked = await chat(`${provider}/${model}`, { stream: true });
      const responded = await door.sdk.call('responses.create', [{ model: `${provider}/${model}`, input: 'Hello', stream: true }, once]);

      expect(asked.items?.length).toBeGreaterThan(1);
      expect(asked.error).toBeDefined();
      expect(responded.items?.length).toBeGreaterThan(1);
      // The vendor's own event of a failure holds no object that its client would throw; that of ours does.
      const isTold = (responded.items as readonly { readonly type: string }[]).at(-1)?.type === 'error';
      expect(isTold || responded.error !== undefined).toBe(true);
    });
  });

  it('throws where a translated answer of Responses fails, and is not left with a response that has no end', async () => {
    const asked = [{ model: 'anthropic/sim-error-midstream', input: 'Hello', stream: true }, once];
    const read = await door.sdk.call('responses.create', asked);
    const built = await door.sdk.call('responses.stream', [{ model: 'anthropic/sim-truncated', input: 'Hello' }, once], {
      then: 'finalResponse',
    });

    // Some clients end at the one, the vendor's own throws only the other.
    expect(read.items?.at(-1)).toMatchObject({ type: 'response.failed', response: { status: 'failed' } });
    expect(read.error).toMatchObject({ name: 'APIError' });
    expect(built.error).toMatchObject({ name: 'APIError', code: 'upstream_truncated' });
  });

  describe('of its session', () => {
    it.each(providers)('with every answer of %s', async (provider) => {
      const { headers } = await post('/v1/chat/completions', { model: `${provider}/any`, messages, logit_bias: { 50256: -100 } });

      expect(headers.get('x-maestro-provider')).toBe(provider);
      expect(headers.get('x-maestro-session')).toBe(`work_${provider}`);
      expect(Number(headers.get('x-maestro-overhead-ms'))).toBeGreaterThan(0);
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
      const untranslated = headers.get('x-maestro-untranslated') ?? '';
      expect(untranslated.split(', ').includes('logit_bias')).toBe(provider !== 'openai');
    });

    it('takes it from the model, from a header, or from there being one', async () => {
      const { apiKey } = door.gateway.simulators.get('openai') ?? { apiKey: '' };
      const body = { provider: 'openai', authType: 'api_key', name: 'second_one', credentials: { apiKey } };
      await door.gateway.call('POST', '/api/sessions', { body });

      const open = await chat('any');
      const typed = await chat('openai:second_one/any', {}, { headers: { 'x-maestro-auth-type': 'oauth' } });
      const inModel = await post('/v1/chat/completions', { model: 'openai:second_one/any', messages });
      const inHeader = await post('/v1/responses', { model: 'any', input: 'Hi' }, { 'x-maestro-session': 'second_one' });
      const stored = await door.gateway.call('GET', '/v1/responses/resp_simulated');
      const listed = await door.sdk.call('models.list', []);
      await door.gateway.call('DELETE', '/api/sessions/openai/api_key/second_one');

      expect(typed.error).toMatchObject({ name: 'NotFoundError' });
      expect(open.error).toMatchObject({ name: 'BadRequestError', message: expect.stringContaining('second_one, work_openai') });
      expect(inModel.headers.get('x-maestro-session')).toBe('second_one');
      expect(inHeader.headers.get('x-maestro-session')).toBe('second_one');
      expect(stored.json).toMatchObject({ error: { code: 'session_not_chosen' } });
      const ids = (listed.items as readonly { readonly id: string }[]).map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(['openai:second_one/gpt-4o-mini', 'openai:work_openai/gpt-4o-mini']));
      expect((await chat('any')).error).toBeUndefined();
    });
  });

  describe('beside what its wire can say', () => {
    it.each(['anthropic', 'gemini'])('lets calls and results, and what %s wants back with them, make a round trip', async (provider) => {
      const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: {} } } }];
      const first = await chat(`${provider}/sim-tools`, { tools });
      const { choices } = first.value as { readonly choices: readonly { readonly message: CallingMessage }[] };
      const message = choices[0]?.message ?? { tool_calls: [] };
      const results = message.tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'sunny' }));
      const { error } = await chat(`${provider}/any`, { tools, messages: [...messages, message, ...results] });

      expect(error).toBeUndefined();
      const sent = lastAsked(provider);
      expect(sent.match(/sunny/g)).toHaveLength(2);
      if (provider === 'gemini') expect(sent).toContain('"thoughtSignature":"c2lnbmVkIGJ5IHRoZSBzaW11bGF0b3I="');
      else for (const { id } of message.tool_calls) expect(sent).toContain(`"tool_use_id":"${id}"`);
    });

    it('never gets what was carried for another provider', async () => {
      const first = await door.sdk.call('responses.create', [{ model: 'anthropic/sim-reasoning', input: 'Hello' }]);
      const { output } = first.value as { readonly output: readonly object[] };
      const input = [{ role: 'user', content: 'Hello' }, ...output, { role: 'user', content: 'And then?' }];
      expect(JSON.stringify(input)).toContain(carriedMark);

      const back = await door.sdk.call('responses.create', [{ model: 'anthropic/any', input }]);
      expect(back.error).toBeUndefined();
      expect(lastAsked('anthropic')).toContain('"signature":');
      expect(lastAsked('anthropic')).not.toContain(carriedMark);

      const elsewhere = await door.sdk.call('responses.create', [{ model: 'openai/any', input, tools: [{ type: 'web_search' }] }]);
      expect(elsewhere.value).toMatchObject({ output_text: plainText });
      expect(lastAsked('openai')).not.toContain(carriedMark);
      // It goes on in its own wire all the same: nothing else of it is lost.
      expect(JSON.parse(lastAsked('openai'))).toMatchObject({ tools: [{ type: 'web_search' }], input: [{}, { type: 'message' }, {}] });
    });
  });

  it('is logged by what was asked for, without an address as somebody wrote it, and without a key', async () => {
    await post('/v1/models/of-somebody?key=mk_in_a_query', {});
    await post('/openai/v1/responses', { model: 'openai/any', input: 'Hello' });
    await until(() => door.gateway.log().includes('"route":"/openai/v1/responses"'));
    const log = door.gateway.log();

    expect(log).toContain('"route":"/v1/*"');
    for (const secret of [door.gateway.adminKey, 'mk_in_a_query', 'of-somebody']) expect(log).not.toContain(secret);
  });

  it.each(providers)('ends the request at %s when it leaves', async (provider) => {
    const left = await door.sdk.call('chat.completions.create', [{ model: `${provider}/sim-slow`, messages, stream: true }], {
      leaveAfter: 2,
    });

    expect(left.items).toHaveLength(2);
    const request = door.gateway.simulators.get(provider)?.requests.at(-1);
    await until(() => request?.isAborted === true);
  });
});

describe('a gateway that stops', () => {
  it('tells so in the middle of an answer, in the words of the wire', async () => {
    const door = await startDoorGateway('openai', '/v1', { MAESTRO_DRAIN_MS: '50' });
    const asked = (model: string): Promise<SdkOutcome> =>
      door.sdk.call('chat.completions.create', [{ model, messages, stream: true }, once]);
    const running = providers.map((provider) => asked(`${provider}/sim-slow`));
    await until(() =>
      providers.every((provider) => door.gateway.simulators.get(provider)?.requests.some(({ body }) => body.includes('Hello')) === true),
    );
    await door.gateway.gateway.stop();

    for (const { error } of await Promise.all(running)) expect(error).toMatchObject({ name: 'APIError', code: 'gateway_shutting_down' });
    await door.close();
  });
});
