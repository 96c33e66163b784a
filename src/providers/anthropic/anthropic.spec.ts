import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator } from '../../contracts/simulator.js';
import { isProviderSimulator } from '../../contracts/simulator.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { WireRequest } from '../../contracts/wire-request.js';
import { traitsOf } from '../../families/anthropic-messages/model-traits.js';
import { httpClient } from '../../kit/http-client.js';
import { readText } from '../../kit/read-body.js';
import { checkProvider } from '../../testing/check-provider.js';
import { AnthropicApiKey } from './anthropic.api-key.js';
import { AnthropicModels } from './anthropic.models.js';
import { anthropic } from './anthropic.module.js';
import { AnthropicStreaming } from './anthropic.streaming.js';
import { anthropicSimulator } from './testing/anthropic.simulator.js';

const key = anthropicSimulator.apiKey;
const http = httpClient();
const signal = new AbortController().signal;
const messages = [{ role: 'user', content: 'Hello' }] as const;
const streaming = new AnthropicStreaming();

let simulator: RunningSimulator;

const settingsWith = (baseUrl: string | undefined): ProviderSettings => ({ text: () => baseUrl, secret: () => undefined });
const keysAt = (baseUrl: string | undefined): AnthropicApiKey => new AnthropicApiKey(settingsWith(baseUrl), http);
const clientWith = (apiKey = key): ProviderClient =>
  keysAt(simulator.baseUrl).createClient({ authType: 'api_key', apiKey: Secret.of(apiKey), extra: {} }, {});

beforeAll(async () => {
  simulator = await anthropicSimulator.start({ apiKey: key });
});
afterAll(async () => {
  await simulator.close();
  await http.close();
});

const opened = (model: string, more: { signal?: AbortSignal } = {}) =>
  streaming.streamChat(clientWith(), messages, { model, signal, ...more });

async function collected(model: string): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of await opened(model)) events.push(event);
  return events;
}

/** What was said before the stream failed, and how it failed. */
async function failing(model: string): Promise<{ types: readonly string[]; error: MaestroError }> {
  const types: string[] = [];
  try {
    for await (const event of await opened(model)) types.push(event.type);
  } catch (error) {
    return { types, error: MaestroError.from(error) };
  }
  throw new Error(`${model} did not fail`);
}

const textOf = (events: readonly StreamEvent[]): string => events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

describe('the declaration', () => {
  it('has nothing that a start-up would find wrong', () => {
    expect(checkProvider(anthropic)).toEqual([]);
    expect(anthropic.manifest).toMatchObject({ id: 'anthropic', settings: { baseUrl: { default: 'https://api.anthropic.com' } } });
  });
});

describe('an API key', () => {
  it.each([
    ['no key at all', ''],
    ['a blank in it', 'sk-ant-api03-a b'],
    ['a line end', 'sk-ant-api03-ab\n'],
    ['letters that no header holds', 'sk-ant-api03-ü'],
    ['a token of a login', 'sk-ant-oat01-abc'],
    ['a refresh token', 'sk-ant-ort01-abc'],
  ])('is refused: %s', (_what, text) => {
    const check = (): unknown => keysAt(undefined).validateApiKey(Secret.of(text));
    expect(check).toThrow(MaestroError);
    if (text !== '') expect(check).not.toThrow(text);
  });

  it('is taken in the vendor’s form without a word, and in another with one', () => {
    const verdictOn = (text: string) => keysAt(undefined).validateApiKey(Secret.of(text));
    expect(verdictOn(key)).toEqual({});
    expect(verdictOn('gateway-key').warning).toMatch(/sk-ant-/);
    expect(verdictOn('sk-ant-admin01-abc').warning).toMatch(/admin/);
  });

  it('goes to the session’s address, else to the configured one, else to the vendor', () => {
    const credentials = { authType: 'api_key', apiKey: Secret.of(key), extra: {} } as const;
    expect(keysAt('https://gateway.example/').createClient(credentials, { baseUrl: 'https://own.example' }).baseUrl).toBe(
      'https://own.example',
    );
    expect(keysAt('https://gateway.example/').createClient(credentials, {}).baseUrl).toBe('https://gateway.example');
    expect(keysAt(undefined).createClient(credentials, {}).baseUrl).toBe('https://api.anthropic.com');
  });

  it('is tested with one cheap request', async () => {
    const { keyAccepted, latencyMs } = await keysAt(undefined).testConnection(clientWith(), { signal });
    expect({ keyAccepted, isMeasured: latencyMs >= 0 }).toEqual({ keyAccepted: true, isMeasured: true });
    expect(simulator.requests.at(-1)).toMatchObject({
      method: 'GET',
      path: '/v1/models?limit=1',
      headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
    });
  });

  it('is known to be bad when the vendor says so', async () => {
    await expect(keysAt(undefined).testConnection(clientWith('sk-ant-wrong'), { signal })).rejects.toMatchObject({
      code: 'session.credential-rejected',
      upstream: { status: 401, requestId: 'req_simulated', code: 'authentication_error' },
    });
  });
});

describe('streamed chat', () => {
  it('streams text, in many pieces, to its end', async () => {
    const events = await collected('sim-text');
    expect(textOf(events)).toBe('Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.');
    expect(events.filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(10);
    expect(events.at(0)).toEqual({ type: 'message-start', id: 'msg_simulated', model: 'sim-text' });
    expect(events.at(-1)).toEqual({
      type: 'message-end',
      reason: 'stop',
      providerReason: 'end_turn',
      usage: { input: 33, output: 34, cacheRead: 8, cacheWrite: 4, reasoning: 5 },
    });
  });

  it('asks for a stream in the wire’s words, with the limit that the model can write', async () => {
    await collected('claude-3-5-haiku-20241022');
    const request = simulator.requests.at(-1);
    expect(request).toMatchObject({ method: 'POST', path: '/v1/messages', headers: { accept: 'text/event-stream', 'x-api-key': key } });
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ model: 'claude-3-5-haiku-20241022', max_tokens: 8192, stream: true });
  });

  it('streams thinking with its signature before the text', async () => {
    const events = await collected('sim-reasoning');
    const reasoning = events.filter((event) => event.type === 'reasoning-delta');
    expect(reasoning.some(({ signature }) => signature !== undefined)).toBe(true);
    expect(reasoning.some(({ encrypted }) => encrypted !== undefined)).toBe(true);
    expect(textOf(events)).not.toBe('');
  });

  it('streams parallel tool calls', async () => {
    const events = await collected('sim-tools');
    const argumentsOf = (callId: string): string =>
      events.map((event) => (event.type === 'tool-call-delta' && event.callId === callId ? event.json : '')).join('');
    expect(events.filter(({ type }) => type === 'tool-call-start')).toMatchObject([{ name: 'get_weather' }, { name: 'get_time' }]);
    expect(JSON.parse(argumentsOf('toolu_simulated_1'))).toEqual({ city: 'Zürich' });
    expect(argumentsOf('toolu_simulated_2')).toBe('');
    expect(events.filter(({ type }) => type === 'tool-call-end')).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls' });
  });

  it.each([
    ['sim-refusal', 'content-filter'],
    ['sim-length', 'length'],
  ])('of %s ends with %s', async (model, reason) => {
    expect((await collected(model)).at(-1)).toMatchObject({ type: 'message-end', reason });
  });

  it('keeps an event that nobody knows and goes on', async () => {
    const events = await collected('sim-unknown-event');
    expect(events).toContainEqual({ type: 'provider-event', name: 'cosmic_ray', data: { type: 'cosmic_ray', energy: 9 } });
    expect(textOf(events)).toMatch(/word by word\.$/);
  });

  it.each([
    ['sim-rate-limited', { code: 'upstream.rate-limited', retryAfterMs: 7000, upstream: { status: 429 } }],
    ['sim-overloaded', { code: 'upstream.overloaded', upstream: { status: 529 } }],
    ['sim-bad-request', { code: 'upstream.invalid-request', upstream: { status: 400 } }],
    ['sim-unauthorized', { code: 'session.credential-rejected', upstream: { status: 401 } }],
    ['sim-not-found', { code: 'upstream.not-found', upstream: { status: 404 } }],
    ['sim-html', { code: 'upstream.wrong-content-type' }],
  ])('of %s fails before it begins', async (model, failure) => {
    await expect(opened(model)).rejects.toMatchObject(failure);
  });

  it.each([
    ['sim-error-midstream', 'upstream.overloaded'],
    ['sim-truncated', 'upstream.truncated'],
    ['sim-cut', 'upstream.disconnected'],
  ])('of %s fails with %s behind what was said', async (model, code) => {
    const { types, error } = await failing(model);
    expect(error.code).toBe(code);
    expect(types.at(0)).toBe('message-start');
    expect(types).toContain('text-delta');
    expect(types).not.toContain('message-end');
  });

  it('ends when it is cancelled', async () => {
    const abort = new AbortController();
    const stream = await opened('sim-slow', { signal: abort.signal });
    const read = async (): Promise<void> => {
      for await (const { type } of stream) if (type === 'text-delta') abort.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('reads event by event what a stream would say', () => {
    const first = { data: '{"type":"message_start","message":{"model":"m"}}' };
    const { events, state } = streaming.parseStreamEvent(first, undefined);
    expect(events).toEqual([{ type: 'message-start', model: 'm' }]);
    expect(streaming.parseStreamEvent({ data: '{"type":"message_stop"}' }, state).events).toMatchObject([{ type: 'message-end' }]);
    expect(streaming.parseStreamEvent(first, { dialect: 'words' }).events).toEqual(events);
  });
});

describe('passing a request on', () => {
  const request = (more: Partial<WireRequest>): WireRequest => ({
    dialect: 'anthropic-messages',
    operation: 'chat',
    method: 'POST',
    path: '/v1/messages',
    headers: { 'x-api-key': 'mk_theirs', 'anthropic-beta': 'a' },
    body: Buffer.from('{"model":"sim-text","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}'),
    signal,
    ...more,
  });

  it('gives the vendor’s own answer, and the vendor our credential', async () => {
    const { status, body } = await streaming.forward(clientWith(), request({}));
    expect(status).toBe(200);
    expect(JSON.parse(await readText(body, 10_000))).toMatchObject({ type: 'message', model: 'sim-text', stop_reason: 'end_turn' });
    const sent = simulator.requests.at(-1)?.headers;
    expect(sent).toMatchObject({ 'x-api-key': key, 'anthropic-beta': 'a', 'anthropic-version': '2023-06-01' });
  });

  it('counts tokens too, and nothing that the manifest does not list', async () => {
    const counted = await streaming.forward(clientWith(), request({ operation: 'count-tokens', path: '/v1/messages/count_tokens' }));
    expect(JSON.parse(await readText(counted.body, 100))).toEqual({ input_tokens: 21 });
    await expect(streaming.forward(clientWith(), request({ operation: 'embeddings' }))).rejects.toMatchObject({
      code: 'operation.unsupported',
    });
  });
});

describe('models', () => {
  const models = new AnthropicModels();

  it('are listed over all pages, with what the vendor tells of them', async () => {
    const before = simulator.requests.length;
    const [large, small, silent, ...others] = await models.listModels(clientWith(), { signal });
    expect(others).toEqual([]);
    expect(simulator.requests.slice(before).map(({ path }) => path)).toEqual([
      '/v1/models?limit=1000',
      '/v1/models?limit=1000&after_id=claude-sim-small',
    ]);
    expect(large).toMatchObject({
      id: 'claude-sim-large',
      name: 'Claude Simulated Large',
      maxInputTokens: 1_000_000,
      maxOutputTokens: 128_000,
      createdAt: new Date('2026-03-01'),
      capabilities: ['vision', 'documents', 'reasoning', 'structured-output'],
    });
    expect(small?.abilities).toMatchObject({ vision: 'yes', reasoning: 'no', documents: 'unknown', tools: 'unknown' });
    expect(silent).toMatchObject({ id: 'sim-text', capabilities: [] });
    expect(silent).not.toHaveProperty('maxInputTokens');
  });

  it('are found by id, or are not there', async () => {
    expect(await models.getModelInfo(clientWith(), 'claude-sim-small', { signal })).toMatchObject({ maxOutputTokens: 64_000 });
    await expect(models.getModelInfo(clientWith(), 'gone/away', { signal })).rejects.toMatchObject({
      code: 'model.not-found',
      parameters: { provider: 'anthropic', model: 'gone/away' },
    });
    await expect(models.getModelInfo(clientWith('wrong'), 'sim-text', { signal })).rejects.toMatchObject({
      code: 'session.credential-rejected',
    });
  });

  /** A vendor that answers every request with this. */
  const answering = (answer: unknown): ProviderClient => ({
    ...clientWith(),
    http: {
      request: async () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: once(JSON.stringify(answer)) }),
      close: () => Promise.resolve(),
    },
  });
  async function* once(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }

  it('are not listed without end where the vendor points at the same page again', async () => {
    const page = { data: [{ id: 'a' }, { name: 'no id' }, 7], has_more: true, last_id: 'a' };
    expect(await models.listModels(answering(page), { signal })).toMatchObject([{ id: 'a', name: 'a' }, { id: 'a' }]);
    expect(await models.listModels(answering({ data: [{ id: 'a' }], has_more: true }), { signal })).toHaveLength(1);
  });

  it('are malformed where the answer is neither list nor model', async () => {
    await expect(models.listModels(answering([]), { signal })).rejects.toMatchObject({ code: 'upstream.malformed' });
    await expect(models.getModelInfo(answering({}), 'a', { signal })).rejects.toMatchObject({ code: 'upstream.malformed' });
    await expect(models.getModelInfo(answering([]), 'a', { signal })).rejects.toMatchObject({ code: 'upstream.malformed' });
  });
});

describe('what depends on the model', () => {
  it.each([
    ['claude-2.1', 4096, 'none'],
    ['claude-3-opus-20240229', 4096, 'none'],
    ['claude-3-5-sonnet-latest', 8192, 'none'],
    ['claude-3-7-sonnet-20250219', 32_000, 'budget'],
    ['claude-sonnet-4-20250514', 32_000, 'budget'],
    ['claude-opus-4-1-20250805', 32_000, 'budget'],
    ['claude-haiku-4-5', 32_000, 'budget'],
    ['claude-opus-4-6', 32_000, 'adaptive'],
    ['claude-sonnet-5', 32_000, 'adaptive'],
    ['claude-opus-4-10', 32_000, 'adaptive'],
    ['claude-opus-4@20250514', 32_000, 'budget'],
    ['claude-opus-4-6@default', 32_000, 'adaptive'],
    ['somebody-else', 32_000, 'adaptive'],
  ])('of %s is a limit of %d tokens and %s thinking', (model, defaultMaxTokens, thinking) => {
    expect(traitsOf(model)).toEqual({ defaultMaxTokens, thinking });
  });
});

describe('the simulator', () => {
  const asked = async (path: string, body?: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await http.request({
      method: body === undefined ? 'GET' : 'POST',
      url: `${simulator.baseUrl}${path}`,
      headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01', ...headers },
      ...(body !== undefined && { body }),
      signal,
    });
    return { status: response.status, body: JSON.parse(await readText(response.body, 10_000)) as unknown };
  };

  it('is one', () => {
    expect(isProviderSimulator(anthropicSimulator)).toBe(true);
  });

  it('tells what Maestro does when the demo asks', async () => {
    const { model, prompt } = anthropicSimulator.demo;
    let text = '';
    for await (const event of await streaming.streamChat(clientWith(), [{ role: 'user', content: prompt }], { model, signal })) {
      if (event.type === 'text-delta') text += event.text;
    }
    expect(text).toMatch(/Maestro .*work_claude/s);
  });

  it('refuses what the vendor would refuse', async () => {
    const version = await http.request({ method: 'GET', url: `${simulator.baseUrl}/v1/models`, headers: { 'x-api-key': key }, signal });
    expect(version.status).toBe(400);
    await readText(version.body, 1000);
    expect((await asked('/v1/messages', 'no JSON')).status).toBe(400);
    expect((await asked('/v1/messages', '{"model":"a","messages":[]}')).body).toMatchObject({
      error: { message: 'max_tokens: Field required' },
    });
    expect((await asked('/v1/elsewhere')).status).toBe(404);
  });

  it('answers whole where no stream was asked for', async () => {
    const body = JSON.stringify({ model: 'sim-tools', max_tokens: 9, messages: [] });
    expect((await asked('/v1/messages', body)).body).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ type: 'text' }, { type: 'tool_use', input: { city: 'Zürich' } }, { type: 'tool_use', input: {} }],
    });
  });

  it('pages its models as far as it is asked to', async () => {
    expect((await asked('/v1/models?limit=1')).body).toMatchObject({ has_more: true, last_id: 'claude-sim-large' });
    expect((await asked('/v1/models?after_id=sim-text')).body).toMatchObject({ data: [], has_more: false, last_id: null });
  });

  it('takes any key where none was named', async () => {
    const open = await anthropicSimulator.start();
    const client = keysAt(open.baseUrl).createClient({ authType: 'api_key', apiKey: Secret.of('any'), extra: {} }, {});
    expect(await keysAt(undefined).testConnection(client, { signal })).toMatchObject({ keyAccepted: true });
    await open.close();
  });
});
