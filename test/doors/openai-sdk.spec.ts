import type { SdkOutcome } from '../support/sdk-process.js';
import type { DoorGateway } from './door-gateway.js';
import { plainText, providers, startDoorGateway } from './door-gateway.js';

const messages = [{ role: 'user', content: 'Hello' }];
const parameters = { type: 'object', properties: {}, additionalProperties: false };

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[];
  readonly usage?: { readonly prompt_tokens: number };
}

interface ResponseEvent {
  readonly type: string;
  readonly delta?: string;
}

describe('the openai SDK', () => {
  let door: DoorGateway;

  beforeAll(async () => {
    door = await startDoorGateway('openai', '/v1');
  }, 60_000);

  afterAll(() => door.close());

  const call = (path: string, ...args: readonly unknown[]): Promise<SdkOutcome> => door.sdk.call(path, args);

  describe('at Chat Completions', () => {
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters } }];

    it.each(providers)('streams an answer of %s, with usage', async (provider) => {
      const asked = { model: `${provider}/any`, messages, stream: true, stream_options: { include_usage: true } };
      const { items, error } = await call('chat.completions.create', asked);
      const chunks = items as readonly Chunk[];

      expect(error).toBeUndefined();
      expect(chunks.map(({ choices: [choice] }) => choice?.delta.content ?? '').join('')).toBe(plainText);
      expect(chunks.flatMap(({ choices: [choice] }) => choice?.finish_reason ?? [])).toEqual(['stop']);
      expect(chunks.at(-1)?.usage?.prompt_tokens).toBeGreaterThan(0);
    });

    it.each(providers)('collects an answer of %s, and its calls of tools', async (provider) => {
      const plain = await call('chat.completions.create', { model: `${provider}:work_${provider}/any`, messages });
      const called = await call('chat.completions.create', { model: `${provider}/sim-tools`, messages, tools });

      expect(plain.value).toMatchObject({
        object: 'chat.completion',
        choices: [{ message: { content: plainText }, finish_reason: 'stop' }],
      });
      expect(called.value).toMatchObject({
        choices: [{ finish_reason: 'tool_calls', message: { tool_calls: [{ function: { name: 'get_weather' } }, {}] } }],
      });
    });

    it.each(providers)('builds the whole of a streamed answer of %s by its own helper', async (provider) => {
      const asked = { model: `${provider}/sim-tools`, messages, tools };
      const { value } = await door.sdk.call('chat.completions.stream', [asked], { then: 'finalChatCompletion' });

      expect(value).toMatchObject({
        choices: [{ finish_reason: 'tool_calls', message: { tool_calls: [{ function: { name: 'get_weather' } }, {}] } }],
      });
    });

    it.each(providers)('takes a structured answer of %s', async (provider) => {
      const response_format = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: parameters } };
      const { error } = await call('chat.completions.create', { model: `${provider}/any`, messages, response_format });

      expect(error).toBeUndefined();
      const asked = door.gateway.simulators.get(provider)?.requests.at(-1)?.body;
      expect(asked).toContain('"additionalProperties":false');
    });
  });

  describe('at Responses', () => {
    const tools = [{ type: 'function', name: 'get_weather', parameters, strict: true }];

    it.each(providers)('streams an answer of %s', async (provider) => {
      const { items, error } = await call('responses.create', { model: `${provider}/any`, input: 'Hello', stream: true });
      const events = items as readonly ResponseEvent[];

      expect(error).toBeUndefined();
      expect(events.flatMap(({ type, delta }) => (type === 'response.output_text.delta' ? [delta] : [])).join('')).toBe(plainText);
      expect(events.at(-1)?.type).toBe('response.completed');
    });

    it.each(providers)('collects an answer of %s, its thoughts and its calls', async (provider) => {
      const plain = await call('responses.create', { model: `${provider}/any`, input: 'Hello' });
      const called = await call('responses.create', { model: `${provider}/sim-tools`, input: 'Hello', tools });
      const thought = await call('responses.create', { model: `${provider}/sim-reasoning`, input: 'Hello' });

      expect(plain.value).toMatchObject({ output_text: plainText, status: 'completed' });
      expect(JSON.stringify(called.value)).toContain('"name":"get_weather"');
      expect(thought.value).toMatchObject({
        output: expect.arrayContaining([
          expect.objectContaining({ type: 'reasoning', summary: [{ type: 'summary_text', text: expect.stringContaining('easy') }] }),
          expect.objectContaining({ type: 'message' }),
        ]),
      });
    });

    it.each(providers)('builds the whole of a streamed answer of %s by its own helper', async (provider) => {
      const asked = { model: `${provider}/any`, input: 'Hello' };
      const { value, error } = await door.sdk.call('responses.stream', [asked], { then: 'finalResponse' });

      expect(error).toBeUndefined();
      expect(value).toMatchObject({ output_text: plainText });
    });

    it('asks for stored answers where the provider keeps them', async () => {
      const kept = await call('responses.retrieve', 'resp_simulated');
      const items = await call('responses.inputItems.list', 'resp_simulated');
      const cancelled = await call('responses.cancel', 'resp_simulated');
      const missing = await call('responses.retrieve', 'resp_other');
      const deleted = await door.gateway.call('DELETE', '/openai/v1/responses/resp_simulated');

      expect(kept.value).toMatchObject({ id: 'resp_simulated', output_text: plainText });
      expect(items.items).toEqual([]);
      expect(cancelled.value).toMatchObject({ status: 'cancelled' });
      expect(missing.error).toMatchObject({ name: 'NotFoundError', status: 404 });
      expect(deleted.json).toMatchObject({ deleted: true });
    });

    it('is told that another provider keeps no answers', async () => {
      const { error } = await call('responses.create', {
        model: 'anthropic/any',
        input: 'And then?',
        previous_response_id: 'resp_simulated',
      });

      expect(error).toMatchObject({ name: 'BadRequestError', status: 400 });
      expect(error?.message).toContain('previous_response_id cannot be used here');
    });

    it('counts tokens where the provider does so in this wire', async () => {
      const counted = await call('responses.inputTokens.count', { model: 'gpt-x', input: 'Hello' });
      const refused = await call('responses.inputTokens.count', { model: 'gemini/any', input: 'Hello' });

      expect(counted.value).toMatchObject({ input_tokens: 21 });
      expect(refused.error).toMatchObject({ name: 'BadRequestError', code: 'operation_unsupported' });
    });
  });

  describe('at embeddings, models and what else there is', () => {
    it('embeds where the provider can, and is told where it cannot', async () => {
      const asked = { model: 'openai/text-embedding-3-small', input: 'Hello', encoding_format: 'float' };
      const made = await call('embeddings.create', asked);
      const refused = await call('embeddings.create', { ...asked, model: 'anthropic/any' });

      expect(made.value).toMatchObject({ model: 'text-embedding-3-small', data: [{ embedding: [0.25, -0.5, 1] }] });
      expect(refused.error).toMatchObject({ name: 'BadRequestError', code: 'operation_unsupported' });
    });

    it('lists the models of all providers by names that work', async () => {
      const { items = [], error } = await call('models.list');
      const ids = (items as readonly { readonly id: string }[]).map(({ id }) => id);

      expect(error).toBeUndefined();
      expect(ids).toEqual([...ids].sort());
      for (const provider of providers) expect(ids.filter((id) => id.startsWith(`${provider}/`)).length).toBeGreaterThan(2);
      expect(items).toContainEqual({ id: 'openai/gpt-sim-large', object: 'model', created: 1_750_000_000, owned_by: 'system' });
    });

    it('finds one model by each of its names', async () => {
      const bare = await call('models.retrieve', 'gpt-sim-large');
      const named = await call('models.retrieve', 'openai:work_openai/gpt-sim-large');
      const missing = await call('models.retrieve', 'openai/nothing');

      expect(bare.value).toMatchObject({ id: 'gpt-sim-large' });
      expect(named.value).toMatchObject({ id: 'openai:work_openai/gpt-sim-large' });
      expect(missing.error).toMatchObject({ name: 'NotFoundError', code: 'model_not_found' });
    });

    it('reaches every other path of the vendor through the session', async () => {
      const files = await call('files.list');
      const unknown = await call('batches.list');

      expect(files.items).toMatchObject([{ id: 'file-simulated' }]);
      expect(unknown.error).toMatchObject({ name: 'NotFoundError' });
    });
  });
});
