import 'reflect-metadata';

import type { ContextChunk } from '../../contracts/context-chunk.js';
import type { ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import type { RunningSimulator } from '../../contracts/simulator.js';
import { httpClient } from '../../kit/http-client.js';
import type { SimulatedAnswer } from '../../kit/simulator-server.js';
import { startSimulatorServer } from '../../kit/simulator-server.js';
import { OpenAiApiKey } from './openai.api-key.js';
import { OpenAiContext } from './openai.context.js';
import { OpenAiStreaming } from './openai.streaming.js';
import { openAiSimulator } from './testing/openai.simulator.js';

const settings: ProviderSettings = { text: () => undefined, secret: () => undefined };
const http = httpClient();
const context = new OpenAiContext();
const { signal } = new AbortController();

let simulator: RunningSimulator;
let client: ProviderClient;
beforeAll(async () => {
  simulator = await openAiSimulator.start({ apiKey: openAiSimulator.apiKey });
  client = clientOf(simulator.baseUrl);
});
afterAll(async () => {
  await simulator.close();
  await http.close();
});

function clientOf(baseUrl: string): ProviderClient {
  return new OpenAiApiKey(settings, http).createClient(
    { authType: 'api_key', apiKey: Secret.of(openAiSimulator.apiKey), extra: {} },
    { baseUrl },
  );
}

async function say(contextRef: string, content: string, model = 'sim-plain', api?: string): Promise<void> {
  const providerOptions = { openai: { context: 'remote', ...(api !== undefined && { api }) } };
  const options = { model, contextRef, providerOptions, signal };
  for await (const _event of await new OpenAiStreaming().streamChat(client, [{ role: 'user', content }], options));
}

async function chunksOf(ref: string): Promise<readonly ContextChunk[]> {
  return (await context.listContextChunks(client, ref, { limit: 200, signal })).data;
}

describe('a conversation that OpenAI keeps', () => {
  it('is named in each chat, which is stored', async () => {
    const ref = await context.createContext(client, { signal });
    await say(ref, 'Hello');

    expect(JSON.parse(simulator.requests.at(-1)?.body ?? '')).toMatchObject({ conversation: ref, store: true });
    expect(simulator.requests.at(-1)?.body).not.toContain('"context"');
    expect(await chunksOf(ref)).toMatchObject([
      { content: 'Hello', metadata: { role: 'user', kind: 'message', position: 0 } },
      {
        content: expect.stringContaining('Zürich') as string,
        metadata: { role: 'assistant', kind: 'message', provider: 'openai', position: 1 },
      },
    ]);
  });

  it('is read page by page, with positions that go on', async () => {
    const ref = await context.createContext(client, { signal });
    for (const text of ['one', 'two']) await say(ref, text);

    const first = await context.listContextChunks(client, ref, { limit: 3, signal });
    const second = await context.listContextChunks(client, ref, { limit: 3, signal, cursor: first.nextCursor ?? '' });

    expect([...first.data, ...second.data].map(({ metadata }) => metadata.position)).toEqual([0, 1, 2, 3]);
    expect(second.nextCursor).toBeUndefined();
    await expect(context.listContextChunks(client, ref, { limit: 3, signal, cursor: 'x' })).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });

  it('loses calls as a whole', async () => {
    const ref = await context.createContext(client, { signal });
    await say(ref, 'Look', 'sim-tools');
    const before = await chunksOf(ref);
    const calls = before.filter(({ metadata }) => metadata.kind === 'tool-call');

    const gone = await context.deleteContextChunk(client, ref, calls[0]?.id ?? '', { signal });

    expect(calls[0]).toMatchObject({ content: 'get_weather({"city":"Zürich"})', metadata: { callId: 'call_simulated_0' } });
    expect([...gone].sort()).toEqual(calls.map(({ id }) => id).sort());
    expect((await chunksOf(ref)).map(({ id }) => id)).toEqual(before.map(({ id }) => id).filter((id) => !gone.includes(id)));
    await expect(context.deleteContextChunk(client, ref, gone[0] ?? '', { signal })).rejects.toMatchObject({
      code: 'context.chunk-not-found',
    });
  });

  it('is known to Responses only', async () => {
    await expect(say('conv_1', 'Hello', 'sim-plain', 'chat-completions')).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

describe('a server that knows no conversations, or knows them badly', () => {
  const others: RunningSimulator[] = [];
  afterEach(async () => {
    for (const other of others.splice(0)) await other.close();
  });

  async function at(...answers: readonly SimulatedAnswer[]): Promise<ProviderClient> {
    let next = 0;
    const other = await startSimulatorServer(() => answers[next++] ?? { status: 404, body: '{}' });
    others.push(other);
    return clientOf(other.baseUrl);
  }

  const ok = (body: unknown): SimulatedAnswer => ({ status: 200, body: JSON.stringify(body) });

  it('is said to have none', async () => {
    await expect(context.createContext(await at(), { signal })).rejects.toMatchObject({ code: 'operation.unsupported' });
    const angry = await at({ status: 500, body: '{}' });
    await expect(context.createContext(angry, { signal })).rejects.not.toMatchObject({ code: 'operation.unsupported' });
  });

  it.each([[ok([])], [ok({})]])('is not believed %#', async (answer) => {
    await expect(context.createContext(await at(answer), { signal })).rejects.toMatchObject({ code: 'upstream.malformed' });
  });

  it('is not asked for one page without end', async () => {
    const page = ok({ data: [{ id: 'i1', type: 'message', role: 'user', content: 'hi' }], has_more: true, last_id: 'i1' });
    const endless = await at(page, page, page, { status: 500, body: '{}' });
    await expect(context.deleteContextChunk(endless, 'conv_1', 'i9', { signal })).rejects.toMatchObject({
      code: 'context.chunk-not-found',
    });
    await expect(context.listContextChunks(await at(ok([])), 'conv_1', { limit: 9, signal })).rejects.toMatchObject({
      code: 'upstream.malformed',
    });
  });

  it('may have lost an item already, but not refuse to delete it', async () => {
    const page = ok({ data: [{ id: 'i1', type: 'message', role: 'user', content: 'hi' }], has_more: false });
    expect(await context.deleteContextChunk(await at(page), 'conv_1', 'i1', { signal })).toEqual(['i1']);
    const refusing = await at(page, { status: 403, body: '{}' });
    await expect(context.deleteContextChunk(refusing, 'conv_1', 'i1', { signal })).rejects.toMatchObject({
      category: expect.any(String) as string,
    });
  });

  it('may hold items of every kind', async () => {
    const data = [
      { id: 'i1', type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be brief.' }] },
      { id: 'i2', type: 'message', role: 'user', content: [{ type: 'input_image', image_url: 'x' }] },
      { id: 'i3', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      { id: 'i4', type: 'custom_tool_call', call_id: 'c1', name: 'run', input: 'ls' },
      { id: 'i5', type: 'custom_tool_call_output', call_id: 'c1', output: 'a b' },
      { id: 'i6', type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
      { type: 'web_search_call', name: 'search' },
      { id: 'i8', content: [{}] },
    ];
    const { data: chunks } = await context.listContextChunks(await at(ok({ data })), 'conv_1', { limit: 9, signal });

    expect(chunks.map(({ content, metadata: { role, kind } }) => [role, kind, content])).toEqual([
      ['system', 'message', 'Be brief.'],
      ['user', 'message', '[input_image]'],
      ['assistant', 'reasoning', 'Hm.'],
      ['assistant', 'tool-call', 'run(ls)'],
      ['tool', 'tool-result', 'a b'],
      ['assistant', 'message', 'No.'],
      ['assistant', 'message', 'search()'],
      ['assistant', 'message', '[part]'],
    ]);
  });
});
