import 'reflect-metadata';

import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator } from '../../contracts/simulator.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { eventsFromChatAnswer } from '../../dialects/openai-chat/answer.js';
import { eventsFromResponse } from '../../dialects/openai-responses/answer.js';
import { httpClient } from '../../kit/http-client.js';
import { readText } from '../../kit/read-body.js';
import { OpenAiApiKey } from './openai.api-key.js';
import { catalogueDate, isReasoningModel, knownFactsOf } from './openai.catalogue.js';
import { OpenAiModels } from './openai.models.js';
import { openAi } from './openai.module.js';
import { OpenAiStreaming } from './openai.streaming.js';
import { openAiSimulator } from './testing/openai.simulator.js';

const settings: ProviderSettings = { text: () => undefined, secret: () => undefined };
const http = httpClient();
const apiKey = new OpenAiApiKey(settings, http);
const streaming = new OpenAiStreaming();
const models = new OpenAiModels();
const { signal } = new AbortController();
const hello: readonly ChatMessage[] = [{ role: 'user', content: 'Hello' }];
const chatCompletions = { providerOptions: { openai: { api: 'chat-completions' } } } as const;

let simulator: RunningSimulator;
let client: ProviderClient;

beforeAll(async () => {
  simulator = await openAiSimulator.start({ apiKey: openAiSimulator.apiKey });
  client = clientWith(openAiSimulator.apiKey);
});

afterAll(async () => {
  await simulator.close();
  await http.close();
});

function clientWith(key: string, extra: Readonly<Record<string, string>> = {}): ProviderClient {
  return apiKey.createClient({ authType: 'api_key', apiKey: Secret.of(key), extra }, { baseUrl: `${simulator.baseUrl}/` });
}

async function chat(model: string, options: Partial<StreamOptions> = {}): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of await streaming.streamChat(client, hello, { signal, model, ...options })) events.push(event);
  return events;
}

async function failureOf(run: () => unknown): Promise<MaestroError | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return MaestroError.from(error);
  }
}

function textOf(events: readonly StreamEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

function lastRequest(): { readonly path: string | undefined; readonly body: unknown } {
  const request = simulator.requests.at(-1);
  return { path: request?.path, body: JSON.parse(request?.body ?? 'null') };
}

describe('an OpenAI API key', () => {
  it.each(['sk-proj-simulated', 'sk-legacy', 'sk-svcacct-simulated'])('%s is taken for one', (key) => {
    expect(apiKey.validateApiKey(Secret.of(key))).toEqual({});
  });

  it.each(['case:a-test', 'sk-admin-simulated'])('%s is taken with a warning', (key) => {
    const { warning } = apiKey.validateApiKey(Secret.of(key));
    expect(warning).toBeDefined();
    expect(warning).not.toContain(key);
  });

  it.each([
    ['an empty text', ''],
    ['a text with blanks', 'sk- with blanks'],
    ['a text with a line end', 'sk-key\n'],
    ['a text beyond ASCII', 'sk-ä'],
    ['a text as long as no key', 'k'.repeat(513)],
  ])('is not %s', async (_, key) => {
    expect((await failureOf(() => apiKey.validateApiKey(Secret.of(key))))?.code).toBe('session.key-invalid');
  });

  it('goes into a header, with the organisation and project where they are given', async () => {
    await apiKey.testConnection(clientWith(openAiSimulator.apiKey, { organizationId: 'org-1', projectId: 'proj-1' }), { signal });
    expect(simulator.requests.at(-1)).toMatchObject({
      path: '/v1/models',
      headers: { authorization: `Bearer ${openAiSimulator.apiKey}`, 'openai-organization': 'org-1', 'openai-project': 'proj-1' },
    });
  });

  it('is accepted or refused by the provider', async () => {
    expect(await apiKey.testConnection(client, { signal })).toMatchObject({ keyAccepted: true });
    expect(simulator.requests.at(-1)?.headers).not.toHaveProperty('openai-project');
    const refused = await failureOf(() => apiKey.testConnection(clientWith('sk-of-somebody-else'), { signal }));
    expect(refused).toMatchObject({
      code: 'session.credential-rejected',
      upstream: { status: 401, code: 'invalid_api_key', requestId: 'req_simulated' },
    });
  });

  it('goes to the configured address where the session has none, and to the vendor’s where nothing is configured', () => {
    const credentials = { authType: 'api_key', apiKey: Secret.of('sk-x'), extra: {} } as const;
    const configured = new OpenAiApiKey({ ...settings, text: () => 'https://gateway.example/v1/' }, http);
    expect(configured.createClient(credentials, {}).baseUrl).toBe('https://gateway.example/v1');
    expect(apiKey.createClient(credentials, {}).baseUrl).toBe('https://api.openai.com/v1');
  });
});

describe.each([
  ['Responses', {}, { path: '/v1/responses', id: 'resp_simulated', stop: 'completed', length: 'max_output_tokens' }],
  ['Chat Completions', chatCompletions, { path: '/v1/chat/completions', id: 'chatcmpl-simulated', stop: 'stop', length: 'length' }],
])('a chat with OpenAI over %s', (_, options, wire) => {
  it('streams text and usage', async () => {
    const events = await chat('any-model', options);
    expect(textOf(events)).toBe('Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.');
    expect(events[0]).toEqual({ type: 'message-start', id: wire.id, model: 'any-model' });
    expect(events.at(-1)).toEqual({
      type: 'message-end',
      reason: 'stop',
      providerReason: wire.stop,
      usage: { input: 21, output: 14, cacheRead: 16, reasoning: 0 },
    });
    expect(lastRequest().path).toBe(wire.path);
  });

  it('streams two tool calls with arguments in pieces', async () => {
    const events = await chat('sim-tools', options);
    const starts = events.filter((event) => event.type === 'tool-call-start');
    const argumentsOf = (callId: string): unknown =>
      JSON.parse(events.map((event) => (event.type === 'tool-call-delta' && event.callId === callId ? event.json : '')).join(''));
    expect(starts.map(({ name, callId }) => [name, argumentsOf(callId)])).toEqual([
      ['get_weather', { city: 'Zürich' }],
      ['get_time', {}],
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls' });
  });

  it('tells of a limit and of a refusal', async () => {
    expect((await chat('sim-length', options)).at(-1)).toMatchObject({ reason: 'length', providerReason: wire.length });
    const refusal = (await chat('sim-refusal', options)).filter((event) => event.type === 'refusal-delta');
    expect(refusal.map(({ text }) => text).join('')).toBe('I am sorry, but I would rather not.');
  });

  it('goes on over an event that nobody knows', async () => {
    const events = await chat('sim-unknown-event', options);
    expect(events.filter(({ type }) => type === 'provider-event')).toHaveLength(1);
    expect(textOf(events)).toBe(textOf(await chat('sim-text', options)));
  });

  it.each([
    ['sim-rate-limited', { code: 'upstream.rate-limited', retryAfterMs: 7000, upstream: { code: 'rate_limit_exceeded' } }],
    ['sim-overloaded', { code: 'upstream.overloaded' }],
    ['sim-bad-request', { code: 'upstream.invalid-request' }],
    ['sim-unauthorized', { code: 'session.credential-rejected' }],
    ['sim-not-found', { code: 'upstream.not-found' }],
    ['sim-html', { code: 'upstream.wrong-content-type' }],
  ])('%s rejects before anything is streamed, with %j', async (model, expected) => {
    expect(await failureOf(() => streaming.streamChat(client, hello, { signal, model, ...options }))).toMatchObject(expected);
  });

  it.each([
    ['sim-error-midstream', 'upstream.failed'],
    ['sim-truncated', 'upstream.truncated'],
    ['sim-cut', 'upstream.disconnected'],
  ])('%s fails midway with %s', async (model, code) => {
    expect((await failureOf(() => chat(model, options)))?.code).toBe(code);
  });

  it('gives the request up when the caller does', async () => {
    const stopping = new AbortController();
    const failure = await failureOf(async () => {
      const stream = await streaming.streamChat(client, hello, { signal: stopping.signal, model: 'sim-slow', ...options });
      for await (const _event of stream) stopping.abort();
    });
    expect(failure?.code).toBe('request.cancelled');
  });
});

describe('a chat with OpenAI', () => {
  it('keeps nothing at the provider, and asks models that think for their thoughts in encrypted form', async () => {
    await chat('gpt-sim-large');
    expect(lastRequest().body).toEqual({
      model: 'gpt-sim-large',
      input: [{ role: 'user', content: 'Hello' }],
      stream: true,
      store: false,
    });
    await chat('gpt-5-2025-08-07');
    expect(lastRequest().body).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] });
  });

  it('streams thoughts, to be sent back in encrypted form', async () => {
    const thoughts = (await chat('sim-reasoning')).filter((event) => event.type === 'reasoning-delta');
    expect(thoughts.map(({ text }) => text ?? '').join('')).toBe('The question is easy; a short answer will do.');
    expect(thoughts[0]?.id).toBe('rs_simulated');
    expect(thoughts.at(-1)?.encrypted).toBeDefined();
  });

  it('gives what only this provider knows to the request, and its own choice of wire to nobody', async () => {
    await chat('gpt-sim-large', { providerOptions: { openai: { service_tier: 'flex' }, acme: { safetySettings: [] } } });
    expect(lastRequest().body).toMatchObject({ service_tier: 'flex' });
    expect(lastRequest().body).not.toHaveProperty('safetySettings');
    await chat('gpt-sim-large', { ...chatCompletions, options: { maxTokens: 9, endUser: 'user-1' } });
    expect(lastRequest().body).toMatchObject({ max_completion_tokens: 9, safety_identifier: 'user-1' });
    expect(lastRequest().body).not.toHaveProperty('api');
  });

  it('has no third wire', async () => {
    const failure = await failureOf(() => chat('gpt-sim-large', { providerOptions: { openai: { api: 'completions' } } }));
    expect(failure).toMatchObject({ code: 'request.invalid', message: expect.stringContaining('chat-completions') });
  });

  it('reads one event of either wire at a time, going on from a state of its own', () => {
    const chunk = { data: '{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}' };
    const chunkState = streaming.parseStreamEvent(chunk, undefined).state;
    expect(streaming.parseStreamEvent(chunk, chunkState).events).toEqual([{ type: 'text-delta', part: 0, text: 'a' }]);
    const delta = { event: 'response.output_text.delta', data: '{"output_index":0,"content_index":0,"delta":"b"}' };
    const deltaState = streaming.parseStreamEvent(delta, { dialect: 'another' }).state;
    expect(streaming.parseStreamEvent(delta, deltaState).events).toEqual([{ type: 'text-delta', part: 0, text: 'b' }]);
  });
});

describe('a request in one of OpenAI’s own wires', () => {
  const request = {
    method: 'POST',
    headers: { authorization: 'Bearer mk_the-clients', 'content-type': 'application/json' },
    signal,
  } as const;

  it.each([
    ['openai-responses', '/responses', '{"model": "sim-tools",  "input": "Hello"}', eventsFromResponse],
    ['openai-responses', '/responses', '{"model": "sim-reasoning", "input": [{"role": "user", "content": "Hello"}]}', eventsFromResponse],
    ['openai-responses', '/responses', '{"model": "sim-refusal", "input": "Hello"}', eventsFromResponse],
    ['openai-chat', '/chat/completions', '{"model": "sim-tools", "messages": [{"role":"user","content":"Hello"}]}', eventsFromChatAnswer],
    ['openai-chat', '/chat/completions', '{"model": "sim-refusal", "messages": []}', eventsFromChatAnswer],
  ])('%s goes on to %s as it is: %s', async (dialect, path, body, eventsFrom) => {
    const answer = await streaming.forward(client, { ...request, dialect, operation: 'chat', path, body: Buffer.from(body) });
    const events = eventsFrom('openai', JSON.parse(await readText(answer.body, 10_000)));
    const { model } = JSON.parse(body) as { readonly model: string };
    const said = (type: StreamEvent['type']): number => events.filter((event) => event.type === type).length;
    expect({ calls: said('tool-call-end'), thoughts: said('reasoning-delta') > 0, refusals: said('refusal-delta') }).toEqual({
      calls: model === 'sim-tools' ? 2 : 0,
      thoughts: model === 'sim-reasoning',
      refusals: model === 'sim-refusal' ? 1 : 0,
    });
    const sent = simulator.requests.at(-1);
    expect(sent?.body).toBe(body);
    expect(sent?.headers['authorization']).toBe(`Bearer ${openAiSimulator.apiKey}`);
  });

  it('is refused where it is not listed', async () => {
    const forward = { ...request, dialect: 'openai-chat', operation: 'stored-response', path: '/responses/1' } as const;
    expect((await failureOf(() => streaming.forward(client, forward)))?.code).toBe('operation.unsupported');
  });
});

describe('the models of OpenAI', () => {
  it('are listed with what is told, and with what our catalogue knows of exactly that model', async () => {
    const list = await models.listModels(client, { signal });
    expect(list.map(({ id }) => id)).toEqual(['gpt-sim-large', 'gpt-5-2025-08-07', 'gpt-4o-mini', 'text-embedding-3-small']);
    expect(list[0]).toMatchObject({ ownedBy: 'system', createdAt: new Date(1_750_000_000_000), capabilities: [] });
    expect(list[0]).not.toHaveProperty('catalogueDate');
    expect(list[1]).toMatchObject({ maxInputTokens: 272_000, abilities: { reasoning: 'yes' }, catalogueDate });
    expect(list[3]).toMatchObject({ capabilities: ['embeddings'], abilities: { tools: 'no' } });
  });

  it('are found one by one', async () => {
    expect(await models.getModelInfo(client, 'gpt-4o-mini', { signal })).toMatchObject({ id: 'gpt-4o-mini', maxOutputTokens: 16_384 });
  });

  it('are not found where there are none of that name', async () => {
    const failure = await failureOf(() => models.getModelInfo(client, 'gpt-none', { signal }));
    expect(failure).toMatchObject({ code: 'model.not-found', message: expect.stringContaining('gpt-none') });
    const refused = await failureOf(() => models.getModelInfo(clientWith('sk-other'), 'gpt-4o-mini', { signal }));
    expect(refused?.code).toBe('session.credential-rejected');
  });

  it.each([
    ['[]', 'upstream.malformed'],
    ['{"object": "list"}', 'upstream.malformed'],
    ['{"data": [{"object": "model"}, 7, {"id": "bare", "created": 0}]}', undefined],
  ])('survive an odd answer: %s', async (text, code) => {
    const odd: ProviderClient = { ...client, http: { ...http, request: async () => ({ status: 200, headers: {}, body: oneOf(text) }) } };
    const failure = await failureOf(async () => {
      const list = await models.listModels(odd, { signal });
      expect(list).toEqual([expect.objectContaining({ id: 'bare', name: 'bare' })]);
      expect(list[0]).not.toHaveProperty('createdAt');
    });
    expect(failure?.code).toBe(code);
    expect((await failureOf(() => models.getModelInfo(odd, 'x', { signal })))?.code).toBe('upstream.malformed');
  });

  it.each([
    ['gpt-4o', true],
    ['gpt-4o-2024-11-20', true],
    ['ft:gpt-4o-mini:org::id', true],
    ['gpt-5-latest', true],
    ['gpt-4o-audio-preview', false],
    ['gpt-5-chat-latest', false],
    ['constructor', false],
  ])('%s is in the catalogue: %s', (id, isKnown) => {
    expect('maxInputTokens' in knownFactsOf(id)).toBe(isKnown);
  });

  it.each([
    ['o3-mini', true],
    ['gpt-5.1', true],
    ['ft:o4-mini:org::id', true],
    ['gpt-5-chat-latest', false],
    ['gpt-4.1', false],
  ])('%s thinks: %s', (id, doesThink) => {
    expect(isReasoningModel(id)).toBe(doesThink);
  });
});

async function* oneOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

describe('the provider openai', () => {
  it('declares what it binds', () => {
    expect(openAi.manifest).toMatchObject({ id: 'openai', displayName: 'OpenAI' });
    expect(Object.keys(openAi.manifest.behaviours)).toEqual(['oauth', 'api-key', 'streaming', 'models', 'context']);
    expect(openAi.manifest.settings['baseUrl']?.default).toBe('https://api.openai.com/v1');
  });
});

describe('the simulator', () => {
  const ask = async (path: string, body?: string): Promise<number> => {
    const headers = { authorization: `Bearer ${openAiSimulator.apiKey}` };
    const url = `${simulator.baseUrl}${path}`;
    const { status, body: answer } = await http.request(
      body === undefined ? { method: 'GET', url, headers, signal } : { method: 'POST', url, headers, body, signal },
    );
    await readText(answer, 100_000);
    return status;
  };

  it('knows no other path and no request without a model or a conversation', async () => {
    expect(await ask('/anything')).toBe(404);
    expect(await ask('/responses', 'nonsense')).toBe(400);
    expect(await ask('/responses', '{"model":"x"}')).toBe(400);
    expect(await ask('/chat/completions', '{"messages":[]}')).toBe(400);
    expect(await ask('/chat/completions', '{"model":"x","messages":[]}')).toBe(200);
  });

  it.each([{}, chatCompletions])(
    'answers the demo’s question in its own words, and takes any key where none is set: %j',
    async (options) => {
      const open = await openAiSimulator.start();
      try {
        const demo = apiKey.createClient({ authType: 'api_key', apiKey: Secret.of('x'), extra: {} }, { baseUrl: open.baseUrl });
        const { model, prompt } = openAiSimulator.demo;
        const asked: readonly ChatMessage[] = [{ role: 'user', content: [{ type: 'text', text: prompt }] }];
        const events: StreamEvent[] = [];
        for await (const event of await streaming.streamChat(demo, asked, { signal, model, ...options })) events.push(event);
        expect(textOf(events)).toContain('personal_gpt');
      } finally {
        await open.close();
      }
    },
  );
});
