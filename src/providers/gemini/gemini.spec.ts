import 'reflect-metadata';

import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator } from '../../contracts/simulator.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { geminiGenerateContentDecoder } from '../../dialects/gemini-generate-content/stream-decoder.js';
import { decodedBatches } from '../../kit/decode-stream.js';
import { httpClient } from '../../kit/http-client.js';
import { jsonArrayDecoder } from '../../kit/json-array-decoder.js';
import { readText } from '../../kit/read-body.js';
import { GeminiApiKey } from './gemini.api-key.js';
import { GeminiModels } from './gemini.models.js';
import { gemini } from './gemini.module.js';
import { GeminiStreaming } from './gemini.streaming.js';
import { geminiSimulator } from './testing/gemini.simulator.js';

const settings: ProviderSettings = { text: () => undefined, secret: () => undefined };
const http = httpClient();
const apiKey = new GeminiApiKey(settings, http);
const streaming = new GeminiStreaming();
const models = new GeminiModels();
const { signal } = new AbortController();
const hello: readonly ChatMessage[] = [{ role: 'user', content: 'Hello' }];

let simulator: RunningSimulator;
let client: ProviderClient;

beforeAll(async () => {
  simulator = await geminiSimulator.start({ apiKey: geminiSimulator.apiKey });
  client = clientWith(geminiSimulator.apiKey);
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

describe('a Gemini API key', () => {
  it.each(['AQ.Ab8RN6-simulated', `AIza${'x'.repeat(35)}`])('%s is taken for one', (key) => {
    expect(apiKey.validateApiKey(Secret.of(key))).toEqual({});
  });

  it.each(['case:a-test', 'ya29.an-access-token'])('%s is taken with a warning', (key) => {
    const { warning } = apiKey.validateApiKey(Secret.of(key));
    expect(warning).toMatch(/AQ\.|access token/);
    expect(warning).not.toContain(key);
  });

  it.each([
    ['an empty text', ''],
    ['a text with blanks', 'AIza with blanks'],
    ['a text with a blank before it', ' AIza'],
    ['a text beyond ASCII', 'AIzä'],
    ['a text as long as no key', 'A'.repeat(513)],
  ])('is not %s', async (_, key) => {
    expect((await failureOf(() => apiKey.validateApiKey(Secret.of(key))))?.code).toBe('session.key-invalid');
  });

  it('goes into a header, with the project where there is one, and never into the address', async () => {
    await apiKey.testConnection(clientWith(geminiSimulator.apiKey, { projectId: 'my-project' }), { signal });
    const request = simulator.requests.at(-1);
    expect(request?.path).toBe('/v1beta/models?pageSize=1');
    expect(request?.headers).toMatchObject({ 'x-goog-api-key': geminiSimulator.apiKey, 'x-goog-user-project': 'my-project' });
  });

  it('is accepted or refused by the provider', async () => {
    expect(await apiKey.testConnection(client, { signal })).toMatchObject({ keyAccepted: true });
    expect(simulator.requests.at(-1)?.headers).not.toHaveProperty('x-goog-user-project');
    const refused = await failureOf(() => apiKey.testConnection(clientWith('AQ.of-somebody-else'), { signal }));
    expect(refused).toMatchObject({ code: 'session.credential-rejected', upstream: { status: 400, code: 'API_KEY_INVALID' } });
  });

  it('goes to the configured address where the session has none, and to the vendor’s where nothing is configured', () => {
    const credentials = { authType: 'api_key', apiKey: Secret.of('AQ.x'), extra: {} } as const;
    const configured = new GeminiApiKey({ ...settings, text: () => 'https://gateway.example/' }, http);
    expect(configured.createClient(credentials, {}).baseUrl).toBe('https://gateway.example');
    expect(apiKey.createClient(credentials, {}).baseUrl).toBe('https://generativelanguage.googleapis.com');
  });
});

describe('a chat with Gemini', () => {
  it('streams text and usage', async () => {
    const events = await chat('any-model');
    expect(textOf(events)).toBe('Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.');
    expect(events[0]).toEqual({ type: 'message-start', id: 'simulated-response', model: 'any-model' });
    expect(events.at(-1)).toEqual({ type: 'message-end', reason: 'stop', providerReason: 'STOP', usage: { input: 21, output: 17 } });
    expect(simulator.requests.at(-1)?.path).toBe('/v1beta/models/any-model:streamGenerateContent?alt=sse');
    expect(JSON.parse(simulator.requests.at(-1)?.body ?? '')).toEqual({ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] });
  });

  it('streams thoughts with their signature', async () => {
    const events = await chat('sim-reasoning');
    const thoughts = events.filter((event) => event.type === 'reasoning-delta');
    expect(thoughts.map(({ text }) => text ?? '').join('')).toBe('The question is easy; a short answer will do.');
    expect(thoughts.at(-1)?.signature).toBeDefined();
    expect(events.at(-1)).toMatchObject({ usage: { output: 28, reasoning: 11 } });
  });

  it('streams two tool calls, the first with arguments in pieces', async () => {
    const events = await chat('sim-tools');
    const starts = events.filter((event) => event.type === 'tool-call-start');
    const argumentsOf = (callId: string | undefined): unknown =>
      JSON.parse(events.map((event) => (event.type === 'tool-call-delta' && event.callId === callId ? event.json : '')).join(''));
    expect(starts.map(({ name, callId }) => [name, argumentsOf(callId)])).toEqual([
      ['get_weather', { city: 'Zürich' }],
      ['get_time', {}],
    ]);
    expect(events.at(-1)).toMatchObject({ reason: 'tool-calls' });
  });

  it.each([
    ['sim-refusal', { reason: 'content-filter', providerReason: 'SAFETY' }],
    ['sim-length', { reason: 'length', providerReason: 'MAX_TOKENS' }],
    ['sim-unknown-event', { reason: 'stop' }],
  ])('%s ends with %j', async (model, end) => {
    expect((await chat(model)).at(-1)).toMatchObject(end);
  });

  it.each([
    ['sim-rate-limited', { code: 'upstream.rate-limited', retryAfterMs: 7000 }],
    ['sim-overloaded', { code: 'upstream.overloaded' }],
    ['sim-bad-request', { code: 'upstream.invalid-request' }],
    ['sim-unauthorized', { code: 'session.credential-rejected' }],
    ['sim-not-found', { code: 'upstream.not-found' }],
    ['sim-html', { code: 'upstream.wrong-content-type' }],
  ])('%s rejects before anything is streamed, with %j', async (model, expected) => {
    const failure = await failureOf(() => streaming.streamChat(client, hello, { signal, model }));
    expect(failure).toMatchObject(expected);
  });

  it.each([
    ['sim-error-midstream', 'upstream.overloaded'],
    ['sim-truncated', 'upstream.truncated'],
    ['sim-cut', 'upstream.disconnected'],
  ])('%s fails midway with %s', async (model, code) => {
    expect((await failureOf(() => chat(model)))?.code).toBe(code);
  });

  it('gives the request up when the caller does', async () => {
    const stopping = new AbortController();
    const failure = await failureOf(async () => {
      for await (const _ of await streaming.streamChat(client, hello, { signal: stopping.signal, model: 'sim-slow' })) stopping.abort();
    });
    expect(failure?.code).toBe('request.cancelled');
  });

  it('reads one event of a stream at a time, going on from a state of its own only', () => {
    const event = { data: '{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}' };
    const { state } = streaming.parseStreamEvent(event, undefined);
    expect(streaming.parseStreamEvent(event, state).events).toEqual([{ type: 'text-delta', part: 0, text: 'a' }]);
    expect(streaming.parseStreamEvent(event, { dialect: 'another' }).events[0]?.type).toBe('message-start');
  });
});

describe('a request in Gemini’s own wire', () => {
  const request = {
    dialect: 'gemini-generate-content',
    method: 'POST',
    headers: { authorization: 'Bearer mk_the-clients', 'x-goog-api-key': 'mk_the-clients', 'content-type': 'application/json' },
    body: Buffer.from('{"contents": [{"parts": [{"text": "Hello"}]}]}'),
    signal,
  } as const;

  it('goes on as it is, with the session’s key and none of the client’s', async () => {
    const path = '/v1beta/models/gemini-sim-large:generateContent?key=mk_the-clients';
    const answer = await streaming.forward(client, { ...request, operation: 'chat', path });
    expect(JSON.parse(await readText(answer.body, 10_000))).toMatchObject({ candidates: [{ finishReason: 'STOP' }] });
    const sent = simulator.requests.at(-1);
    expect(sent?.body).toBe(request.body.toString());
    expect(sent?.headers['x-goog-api-key']).toBe(geminiSimulator.apiKey);
    expect(JSON.stringify([sent?.headers, sent?.path])).not.toContain('mk_');
  });

  it('may ask for a stream as one JSON array', async () => {
    const path = '/v1beta/models/sim-tools:streamGenerateContent';
    const { body } = await streaming.forward(client, { ...request, operation: 'chat', path });
    const events: StreamEvent[] = [];
    for await (const batch of decodedBatches(body, geminiGenerateContentDecoder('gemini'), 'gemini', jsonArrayDecoder()))
      events.push(...batch);
    expect(events.at(-1)).toMatchObject({ type: 'message-end', reason: 'tool-calls' });
  });

  it('may count tokens, and nothing that is not listed', async () => {
    const path = '/v1beta/models/gemini-sim-large:countTokens';
    const answer = await streaming.forward(client, { ...request, operation: 'count-tokens', path });
    expect(JSON.parse(await readText(answer.body, 10_000))).toEqual({ totalTokens: 21 });
    const failure = await failureOf(() => streaming.forward(client, { ...request, operation: 'embeddings', path }));
    expect(failure?.code).toBe('operation.unsupported');
  });
});

describe('the models of Gemini', () => {
  it('are listed from all pages, without the prefix, with what is told and no more', async () => {
    const list = await models.listModels(client, { signal });
    expect(list.map(({ id }) => id)).toEqual(['gemini-sim-large', 'gemini-sim-small', 'gemini-sim-embedding']);
    expect(list[0]).toMatchObject({
      name: 'Gemini Sim Large',
      maxInputTokens: 1_048_576,
      maxOutputTokens: 65_536,
      capabilities: ['reasoning'],
      abilities: { reasoning: 'yes', embeddings: 'no', tools: 'unknown' },
    });
    expect(list[2]?.capabilities).toEqual(['embeddings']);
  });

  it('are found one by one, with or without the prefix', async () => {
    const large = await models.getModelInfo(client, 'gemini-sim-large', { signal });
    expect(large.id).toBe('gemini-sim-large');
    expect(await models.getModelInfo(client, 'models/gemini-sim-large', { signal })).toEqual(large);
  });

  it('are not found where there are none of that name', async () => {
    const failure = await failureOf(() => models.getModelInfo(client, 'gemini-none', { signal }));
    expect(failure).toMatchObject({ code: 'model.not-found', message: expect.stringContaining('gemini-none') });
    const refused = await failureOf(() => models.getModelInfo(clientWith('AQ.other'), 'gemini-sim-large', { signal }));
    expect(refused?.code).toBe('session.credential-rejected');
  });

  it.each([
    ['[]', 'upstream.malformed'],
    ['{"models": [{"displayName": "nameless"}, {"name": "tunedModels/mine"}], "nextPageToken": "same"}', undefined],
  ])('survive an odd answer: %s', async (text, code) => {
    const odd: ProviderClient = { ...client, http: { ...http, request: async () => ({ status: 200, headers: {}, body: oneOf(text) }) } };
    const failure = await failureOf(async () => {
      const [model] = await models.listModels(odd, { signal });
      expect(model).toMatchObject({ id: 'tunedModels/mine', name: 'tunedModels/mine', abilities: { embeddings: 'unknown' } });
    });
    expect(failure?.code).toBe(code);
    expect((await failureOf(() => models.getModelInfo(odd, 'x', { signal })))?.code).toBe('upstream.malformed');
  });
});

async function* oneOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

describe('the provider gemini', () => {
  it('declares what it binds', () => {
    expect(gemini.manifest).toMatchObject({ id: 'gemini', displayName: 'Google Gemini' });
    expect(Object.keys(gemini.manifest.behaviours)).toEqual(['oauth', 'api-key', 'streaming', 'models']);
    expect(gemini.manifest.settings['baseUrl']?.default).toBe('https://generativelanguage.googleapis.com');
  });
});

describe('the simulator', () => {
  const ask = async (path: string, body?: string): Promise<number> => {
    const headers = { 'x-goog-api-key': geminiSimulator.apiKey };
    const url = `${simulator.baseUrl}${path}`;
    const { status, body: answer } = await http.request(
      body === undefined ? { method: 'GET', url, headers, signal } : { method: 'POST', url, headers, body, signal },
    );
    await readText(answer, 100_000);
    return status;
  };

  it('knows no other path, method or empty conversation', async () => {
    expect(await ask('/v1/anything')).toBe(404);
    expect(await ask('/v1beta/models/x:predict', '{}')).toBe(404);
    expect(await ask('/v1beta/models/x:generateContent', '{}')).toBe(400);
    expect(await ask('/v1beta/models/x:generateContent', 'nonsense')).toBe(400);
    expect(await ask('/v1beta/models')).toBe(200);
  });

  it('answers the demo’s question in its own words, and takes any key where none is set', async () => {
    const open = await geminiSimulator.start();
    try {
      const demo = apiKey.createClient({ authType: 'api_key', apiKey: Secret.of('x'), extra: {} }, { baseUrl: open.baseUrl });
      const events: StreamEvent[] = [];
      const { model, prompt } = geminiSimulator.demo;
      for await (const event of await streaming.streamChat(demo, [{ role: 'user', content: prompt }], { signal, model }))
        events.push(event);
      expect(textOf(events)).toContain('dev_gemini');
    } finally {
      await open.close();
    }
  });
});
