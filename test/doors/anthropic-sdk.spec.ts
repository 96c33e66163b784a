import type { SdkOutcome } from '../support/sdk-process.js';
import type { DoorGateway } from './door-gateway.js';
import { plainText, providers, startDoorGateway } from './door-gateway.js';

const messages = [{ role: 'user', content: 'Hello' }];
const tools = [{ name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }];

/** As the simulators sign what they thought. */
const proofs: Readonly<Record<string, string>> = {
  openai: '"encrypted_content":"c2VhbGVk',
  anthropic: '"signature":"c2lnbmVkIGJ5',
  gemini: '"thoughtSignature":"c2lnbmVkIGJ5',
};

interface Block {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly input?: unknown;
}

interface Message {
  readonly content: readonly Block[];
  readonly stop_reason: string;
  readonly usage: Readonly<Record<string, number>>;
}

interface WireEvent {
  readonly type: string;
  readonly delta?: { readonly text?: string };
}

describe('the @anthropic-ai/sdk', () => {
  let door: DoorGateway;

  beforeAll(async () => {
    door = await startDoorGateway('anthropic', '');
  }, 60_000);

  afterAll(() => door.close());

  const call = (path: string, ...args: readonly unknown[]): Promise<SdkOutcome> => door.sdk.call(path, args);
  const create = (model: string, more: object = {}): Promise<SdkOutcome> =>
    call('messages.create', { model, max_tokens: 100, messages, ...more });
  const streamed = (model: string, more: object = {}): Promise<SdkOutcome> =>
    door.sdk.call('messages.stream', [{ model, max_tokens: 100, messages, ...more }], { then: 'finalMessage' });
  const lastBody = (provider: string): string => door.gateway.simulators.get(provider)?.requests.at(-1)?.body ?? '';

  describe('at Messages', () => {
    it.each(providers)('streams an answer of %s', async (provider) => {
      const { items, error } = await create(`${provider}/any`, { stream: true });
      const events = items as readonly WireEvent[];

      expect(error).toBeUndefined();
      expect(events.map(({ delta }) => delta?.text ?? '').join('')).toBe(plainText);
      expect(events.at(0)?.type).toBe('message_start');
      expect(events.at(-1)?.type).toBe('message_stop');
    });

    it.each(providers)('collects an answer of %s', async (provider) => {
      const { value } = await create(`${provider}:work_${provider}/any`);
      const { content, stop_reason: stopReason, usage } = value as Message;

      expect(content.map(({ text }) => text)).toEqual([plainText]);
      expect(stopReason).toBe('end_turn');
      expect(usage['input_tokens']).toBeGreaterThan(0);
      expect(usage['output_tokens']).toBeGreaterThan(0);
    });

    it.each(providers)('builds the whole of a streamed answer of %s by its own helper', async (provider) => {
      const { value, error } = await streamed(`${provider}/any`);

      expect(error).toBeUndefined();
      expect(value).toMatchObject({ role: 'assistant', content: [{ type: 'text', text: plainText }], stop_reason: 'end_turn' });
    });

    it.each(providers)('gets what %s thought', async (provider) => {
      const asked = { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 2000 };
      const whole = await create(`${provider}/sim-reasoning`, asked);
      const helped = await streamed(`${provider}/sim-reasoning`, asked);

      for (const { value } of [whole, helped]) {
        const { content } = value as Message;
        expect(content.map(({ thinking }) => thinking ?? '').join('')).toContain('easy');
        expect(content.map(({ text }) => text ?? '').join('')).toBe(plainText);
      }
    });

    it.each(providers)('runs a tool for %s, and gives back all that came with the call', async (provider) => {
      const { value } = await streamed(`${provider}/sim-tools`, { tools });
      const { content, stop_reason: stopReason } = value as Message;
      const calls = content.filter(({ type }) => type === 'tool_use');
      const results = calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'sunny' }));
      const turns = [...messages, { role: 'assistant', content }, { role: 'user', content: results }];
      const after = await create(`${provider}/any`, { tools, messages: turns });

      expect(stopReason).toBe('tool_use');
      expect(calls).toMatchObject([
        { name: 'get_weather', input: { city: 'Zürich' } },
        { name: 'get_time', input: {} },
      ]);
      expect(after.error).toBeUndefined();
      expect((after.value as Message).content.map(({ text }) => text)).toEqual([plainText]);
      expect(lastBody(provider)).toContain('sunny');
      expect(lastBody(provider)).not.toContain('maestro');
      expect(lastBody(provider).includes('"thoughtSignature":"c2lnbmVkIGJ5')).toBe(provider === 'gemini');
    });

    it.each(providers)('gives %s back what proves its thoughts', async (provider) => {
      const { value } = await streamed(`${provider}/sim-reasoning`);
      const turns = [...messages, { role: 'assistant', content: (value as Message).content }, ...messages];
      const after = await create(`${provider}/any`, { messages: turns });

      expect(after.error).toBeUndefined();
      expect(lastBody(provider)).toContain(proofs[provider]);
    });

    it('passes what it does not know on to the vendor as it came', async () => {
      const { error } = await call(
        'messages.create',
        { model: 'claude-x', max_tokens: 100, messages, a_field_to_come: { deep: [1.0] } },
        { headers: { 'anthropic-beta': 'a-beta-2026-01-01' } },
      );
      const request = door.gateway.simulators.get('anthropic')?.requests.at(-1);

      expect(error).toBeUndefined();
      expect(request?.headers['anthropic-beta']).toBe('a-beta-2026-01-01');
      expect(request?.body).toContain('"a_field_to_come":{"deep":[1]}');
      expect(request?.body).toContain('"model":"claude-x"');
    });
  });

  it('sends the vendor what the client said, byte by byte', async () => {
    const text = '{ "messages" :[{"role":"user","content":"H\\u0065llo"}],\n\t"max_tokens":1e2, "model":"sim-text" ,"unknown":[1.0] }';
    await door.gateway.call('POST', '/v1/messages?beta=true', { text });
    const bare = lastBody('anthropic');
    await door.gateway.call('POST', '/v1/messages', { text: text.replace('sim-text', 'anthropic:work_anthropic/sim-text') });

    expect(bare).toBe(text);
    expect(lastBody('anthropic')).toBe(text);
    expect(door.gateway.simulators.get('anthropic')?.requests.at(-2)?.path).toBe('/v1/messages?beta=true');
  });

  it('counts tokens where the provider does so in this wire', async () => {
    const counted = await call('messages.countTokens', { model: 'claude-x', messages });
    const refused = await call('messages.countTokens', { model: 'openai/any', messages });

    expect(counted.value).toEqual({ input_tokens: 21 });
    expect(refused.error).toMatchObject({ name: 'BadRequestError', status: 400, type: 'invalid_request_error' });
  });

  describe('at models', () => {
    it('lists the models of all providers by names that work, page by page', async () => {
      const { items = [], error } = await call('models.list', { limit: 3 });
      const ids = (items as readonly { readonly id: string }[]).map(({ id }) => id);

      expect(error).toBeUndefined();
      expect(ids).toEqual([...ids].sort());
      for (const provider of providers) expect(ids.filter((id) => id.startsWith(`${provider}/`)).length).toBeGreaterThan(2);
      expect(items).toContainEqual({
        type: 'model',
        id: 'anthropic/claude-sim-small',
        display_name: 'Claude Simulated Small',
        created_at: '2026-02-01T00:00:00.000Z',
        max_input_tokens: 200_000,
        max_tokens: 64_000,
        capabilities: { image_input: { supported: true }, thinking: { supported: false } },
      });
    });

    it('finds one model by each of its names', async () => {
      const bare = await call('models.retrieve', 'claude-sim-large');
      const named = await call('models.retrieve', 'openai:work_openai/gpt-sim-large');
      const missing = await call('models.retrieve', 'openai/nothing');

      expect(bare.value).toMatchObject({ type: 'model', id: 'claude-sim-large', max_tokens: 128_000 });
      expect(named.value).toMatchObject({ id: 'openai:work_openai/gpt-sim-large' });
      expect(missing.error).toMatchObject({ name: 'NotFoundError', type: 'not_found_error' });
    });

    it('reaches every other path of the vendor through the session', async () => {
      const { error } = await call('messages.batches.list');

      expect(error).toMatchObject({ name: 'NotFoundError', requestId: 'req_simulated' });
    });
  });
});
