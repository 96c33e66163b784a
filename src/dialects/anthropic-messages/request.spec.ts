import type { ChatOptions, ChatRequest, ContentPart, JsonObject } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ModelTraits } from './request.js';
import { encodeMessagesRequest } from './request.js';

const traits: ModelTraits = { defaultMaxTokens: 32_000, thinking: 'adaptive' };
const hello = { role: 'user', content: 'Hello' } as const;

const encoded = (request: Partial<ChatRequest>, more: Partial<ModelTraits> = {}) =>
  encodeMessagesRequest({ model: 'claude-x', messages: [hello], ...request }, 'acme', { ...traits, ...more });
const bodyOf = (request: Partial<ChatRequest>, more: Partial<ModelTraits> = {}) => encoded(request, more).body;
const withOptions = (options: ChatOptions, more: Partial<ModelTraits> = {}) => bodyOf({ options }, more);
const messagesOf = (...messages: ChatRequest['messages']) => bodyOf({ messages }).messages;
const blocksOf = (...content: readonly ContentPart[]) => messagesOf({ role: 'user', content })[0]?.content;

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return MaestroError.from(error).code;
  }
}

describe('a request on the Messages wire', () => {
  it('holds the model, a limit and the messages, and asks for a stream', () => {
    expect(encoded({})).toEqual({
      body: {
        model: 'claude-x',
        max_tokens: 32_000,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
        stream: true,
      },
      headers: {},
    });
  });

  it('says how to sample in the wire’s words', () => {
    expect(withOptions({ maxTokens: 50, temperature: 0, topP: 0.5, topK: 3, stop: ['###'], endUser: 'user-1' })).toMatchObject({
      max_tokens: 50,
      temperature: 0,
      top_p: 0.5,
      top_k: 3,
      stop_sequences: ['###'],
      metadata: { user_id: 'user-1' },
    });
  });

  it('leaves out what the wire has no word for', () => {
    const options = { seed: 1, frequencyPenalty: 1, presencePenalty: 1, logprobs: true, metadata: { a: 'b' }, stop: [] };
    expect(withOptions(options)).toEqual(bodyOf({}));
  });

  it('puts all that system messages say into the system field', () => {
    const body = bodyOf({
      messages: [
        { role: 'system', content: 'Be kind.' },
        hello,
        {
          role: 'system',
          content: [{ type: 'text', text: 'Be brief.', providerOptions: { acme: { cache_control: { type: 'ephemeral' } } } }],
        },
        { role: 'system', content: [{ type: 'reasoning', text: 'hm' }] },
      ],
    });
    expect(body.system).toEqual([
      { type: 'text', text: 'Be kind.' },
      { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
    ]);
    expect(body.messages).toHaveLength(1);
  });

  it('joins what one side said in a row, results of tools first', () => {
    const messages = messagesOf(
      hello,
      { role: 'assistant', content: 'Let me see.' },
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', callId: 'a', name: 'weather', arguments: { city: 'Zürich' } },
          { type: 'tool-call', callId: 'b', name: 'time', arguments: {} },
        ],
      },
      { role: 'user', content: 'By the way' },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'a', result: 'sunny' }] },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'b', result: 'failed', isError: true }] },
    );
    expect(messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me see.' },
          { type: 'tool_use', id: 'a', name: 'weather', input: { city: 'Zürich' } },
          { type: 'tool_use', id: 'b', name: 'time', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: 'sunny' },
          { type: 'tool_result', tool_use_id: 'b', content: 'failed', is_error: true },
          { type: 'text', text: 'By the way' },
        ],
      },
    ]);
  });

  it('sends no empty text and no empty message, which the wire refuses', () => {
    expect(messagesOf(hello, { role: 'assistant', content: '' })).toHaveLength(1);
    expect(blocksOf({ type: 'text', text: '' }, { type: 'text', text: 'a' })).toEqual([{ type: 'text', text: 'a' }]);
  });

  it('sends thinking back under its signature, and none that has no signature', () => {
    const content: readonly ContentPart[] = [
      { type: 'reasoning', text: 'hm', signature: 'sig' },
      { type: 'reasoning', signature: 'only' },
      { type: 'reasoning', encrypted: 'sealed' },
      { type: 'reasoning', text: 'nobody signed this' },
    ];
    expect(messagesOf({ role: 'assistant', content })[0]?.content).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'thinking', thinking: '', signature: 'only' },
      { type: 'redacted_thinking', data: 'sealed' },
    ]);
  });

  it('names a call alike in call and result, in characters that the wire takes', () => {
    const call: ContentPart = {
      type: 'tool-call',
      callId: 'fc:1/ä',
      name: 'x',
      arguments: {},
      providerData: { caller: { type: 'direct' }, other: 1 },
    };
    const result: ContentPart = { type: 'tool-result', callId: 'fc:1/ä', result: '' };
    expect(
      messagesOf({ role: 'assistant', content: [call] }, { role: 'tool', content: [result] }).map(({ content }) => content[0]),
    ).toEqual([
      { type: 'tool_use', id: 'fc_1__', name: 'x', input: {}, caller: { type: 'direct' } },
      { type: 'tool_result', tool_use_id: 'fc_1__', content: '' },
    ]);
  });

  it('sends images by address, by data and from a data address', () => {
    expect(
      blocksOf(
        { type: 'image', url: 'https://a.example/a.png' },
        { type: 'image', data: 'aGk=', mediaType: 'image/png', providerOptions: { acme: { cache_control: { type: 'ephemeral' } } } },
        { type: 'image', url: 'data:image/gif;base64,aGk=' },
        { type: 'file', data: 'aGk=', mediaType: 'image/webp' },
      ),
    ).toEqual([
      { type: 'image', source: { type: 'url', url: 'https://a.example/a.png' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' }, cache_control: { type: 'ephemeral' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/gif', data: 'aGk=' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/webp', data: 'aGk=' } },
    ]);
  });

  it('sends documents, text as text, with their name', () => {
    expect(
      blocksOf(
        { type: 'file', data: 'aGk=', mediaType: 'application/pdf', filename: 'a.pdf' },
        { type: 'file', data: Buffer.from('Grüße').toString('base64'), mediaType: 'text/markdown' },
        { type: 'file', url: 'https://a.example/a.pdf' },
      ),
    ).toEqual([
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'aGk=' }, title: 'a.pdf' },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grüße' } },
      { type: 'document', source: { type: 'url', url: 'https://a.example/a.pdf' } },
    ]);
  });

  it('sends texts, images and documents as the result of a tool', () => {
    const result: ContentPart = {
      type: 'tool-result',
      callId: 'a',
      result: [
        { type: 'text', text: 'see' },
        { type: 'text', text: '' },
        { type: 'image', url: 'https://a.example/a.png' },
        { type: 'file', fileId: 'file_1' },
      ],
    };
    const { body, headers } = encoded({ messages: [{ role: 'tool', content: [result] }] });
    expect(body.messages[0]?.content).toMatchObject([
      { content: [{ type: 'text' }, { type: 'image' }, { type: 'document', source: { type: 'file', file_id: 'file_1' } }] },
    ]);
    expect(headers).toEqual({ 'anthropic-beta': 'files-api-2025-04-14' });
  });

  it('refuses an image or a file that it could not send', () => {
    expect(codeOf(() => blocksOf({ type: 'image', data: 'aGk=' }))).toBe('request.invalid');
    expect(codeOf(() => blocksOf({ type: 'file', mediaType: 'application/pdf' }))).toBe('request.invalid');
  });
});

describe('what belongs to one provider', () => {
  const own = {
    type: 'provider-part',
    provider: 'acme',
    data: { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
  } as const;

  it('goes back to it as it came, and to no other', () => {
    expect(blocksOf({ type: 'text', text: 'x' }, own, { ...own, provider: 'other' })).toEqual([{ type: 'text', text: 'x' }, own.data]);
  });

  it('stands on calls, results and tools in its own names', () => {
    const providerOptions = { acme: { cache_control: { type: 'ephemeral' } }, other: { x: 1 } };
    const call = { type: 'tool-call', callId: 'c', name: 'f', arguments: {}, providerOptions } as const;
    expect(blocksOf(call)).toEqual([{ type: 'tool_use', id: 'c', name: 'f', input: {}, ...providerOptions.acme }]);
    expect(blocksOf({ type: 'tool-result', callId: 'c', result: 'r', providerOptions })).toEqual([
      { type: 'tool_result', tool_use_id: 'c', content: 'r', ...providerOptions.acme },
    ]);
    expect(bodyOf({ tools: [{ name: 'f', parameters: {}, providerOptions }] }).tools).toEqual([
      { name: 'f', input_schema: { type: 'object' }, ...providerOptions.acme },
    ]);
  });
});

describe('tools on the Messages wire', () => {
  const tool = { name: 'weather', description: 'Tells it', parameters: { properties: {} }, strict: true };

  it('are functions with an object of arguments', () => {
    expect(bodyOf({ tools: [tool, { name: 'time', parameters: { type: 'object' } }] }).tools).toEqual([
      { name: 'weather', description: 'Tells it', input_schema: { type: 'object', properties: {} }, strict: true },
      { name: 'time', input_schema: { type: 'object' } },
    ]);
  });

  it.each<[string, ChatOptions, unknown]>([
    ['nothing said', {}, undefined],
    ['auto', { toolChoice: 'auto' }, { type: 'auto' }],
    ['none', { toolChoice: 'none', parallelToolCalls: false }, { type: 'none' }],
    ['required', { toolChoice: 'required' }, { type: 'any' }],
    ['one by name', { toolChoice: { name: 'weather' } }, { type: 'tool', name: 'weather' }],
    ['one at a time', { parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    ['one at a time, required', { toolChoice: 'required', parallelToolCalls: false }, { type: 'any', disable_parallel_tool_use: true }],
    ['as many as it likes', { parallelToolCalls: true }, undefined],
  ])('are chosen: %s', (_what, options, choice) => {
    expect(bodyOf({ tools: [tool], options }).tool_choice).toEqual(choice);
  });

  it('are not chosen where there are none', () => {
    expect(withOptions({ toolChoice: 'required' })).not.toHaveProperty('tool_choice');
  });

  it('stand beside those that run with the provider', () => {
    const search = { type: 'web_search_20250305', name: 'web_search' };
    const providerOptions = { acme: { tools: [search] } };
    expect(bodyOf({ tools: [tool], providerOptions }).tools).toMatchObject([{ name: 'weather' }, search]);
    expect(bodyOf({ providerOptions, options: { toolChoice: 'required' } })).toMatchObject({
      tools: [search],
      tool_choice: { type: 'any' },
    });
  });
});

describe('an answer in a form', () => {
  it('is asked for by its schema', () => {
    const schema: JsonObject = { type: 'object' };
    expect(withOptions({ responseFormat: { type: 'json-schema', schema } }).output_config).toEqual({
      format: { type: 'json_schema', schema },
    });
    expect(withOptions({ responseFormat: { type: 'text' } })).not.toHaveProperty('output_config');
  });

  it('is refused where there is none, instead of answering in prose', () => {
    expect(codeOf(() => withOptions({ responseFormat: { type: 'json' } }))).toBe('operation.unsupported');
  });
});

describe('reasoning on the Messages wire', () => {
  type Reasoning = NonNullable<ChatOptions['reasoning']>;

  it.each<[Reasoning, unknown, unknown]>([
    [{ effort: 'none' }, { type: 'disabled' }, undefined],
    [{ effort: 'minimal' }, { type: 'adaptive' }, { effort: 'low' }],
    [{ effort: 'high' }, { type: 'adaptive' }, { effort: 'high' }],
    [{ budget: 2000 }, { type: 'adaptive' }, { effort: 'low' }],
    [{ budget: 8000 }, { type: 'adaptive' }, { effort: 'medium' }],
    [{ budget: 30_000 }, { type: 'adaptive' }, { effort: 'high' }],
    [{ summary: true }, { type: 'adaptive', display: 'summarized' }, undefined],
  ])('of a model that thinks as it sees fit: %j', (reasoning, thinking, outputConfig) => {
    const body = withOptions({ reasoning });
    expect(body.thinking).toEqual(thinking);
    expect(body.output_config).toEqual(outputConfig);
  });

  it.each<[Reasoning, unknown]>([
    [{ effort: 'none' }, undefined],
    [{ effort: 'minimal' }, { type: 'enabled', budget_tokens: 1024 }],
    [
      { effort: 'high', summary: true },
      { type: 'enabled', budget_tokens: 16_384, display: 'summarized' },
    ],
    [{ budget: 5000 }, { type: 'enabled', budget_tokens: 5000 }],
    [{}, { type: 'enabled', budget_tokens: 8192 }],
    [{ effort: 'none', budget: 5000 }, undefined],
  ])('of a model that wants a number of tokens: %j', (reasoning, thinking) => {
    const body = withOptions({ reasoning }, { thinking: 'budget' });
    expect(body.thinking).toEqual(thinking);
    expect(body).not.toHaveProperty('output_config');
  });

  it('leaves room for the answer, or is not asked for where there is none', () => {
    const within = (maxTokens: number) => withOptions({ maxTokens, reasoning: { effort: 'high' } }, { thinking: 'budget' }).thinking;
    expect(within(4000)).toEqual({ type: 'enabled', budget_tokens: 3999 });
    expect(within(1000)).toBeUndefined();
  });

  it('is not asked of a model that cannot', () => {
    expect(withOptions({ reasoning: { effort: 'high' } }, { thinking: 'none' })).toEqual(bodyOf({}));
  });
});

describe('what only this wire knows', () => {
  it('goes through in its own names, over what we would have said', () => {
    const acme = { max_tokens: 7, service_tier: 'auto', cache_control: { type: 'ephemeral' } };
    expect(bodyOf({ providerOptions: { acme, other: { top_k: 1 } } })).toEqual({ ...bodyOf({}), ...acme });
  });

  it('changes neither model, messages nor the form of the answer', () => {
    const acme = { model: 'other', messages: [], stream: false };
    expect(bodyOf({ providerOptions: { acme } })).toEqual(bodyOf({}));
  });

  it('names beta features in a header, each once', () => {
    const betas = ['files-api-2025-04-14', 'context-1m', 7];
    const messages = [{ role: 'user', content: [{ type: 'file', fileId: 'file_1' }] }] as const;
    expect(encoded({ messages, providerOptions: { acme: { betas } } }).headers).toEqual({
      'anthropic-beta': 'files-api-2025-04-14,context-1m',
    });
  });
});
