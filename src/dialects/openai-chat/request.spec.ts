import type { ChatMessage, ChatOptions, ToolResultPart } from '../../contracts/chat.js';
import { encodeChatRequest } from './request.js';
import { unsaidInChat } from './request-unsaid.js';
import type { ChatVendor } from './vendor.js';

function messagesOf(messages: readonly ChatMessage[], vendor?: ChatVendor): unknown {
  return encodeChatRequest({ model: 'm', messages }, vendor).messages;
}

function optionsOf(options: ChatOptions, vendor?: ChatVendor): unknown {
  const {
    model: _model,
    messages: _messages,
    stream: _stream,
    stream_options: _usage,
    ...rest
  } = encodeChatRequest({ model: 'm', messages: [], options }, vendor);
  return rest;
}

describe('a Chat Completions request', () => {
  it('asks for a stream with usage', () => {
    expect(encodeChatRequest({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('says who speaks', () => {
    const messages: readonly ChatMessage[] = [
      {
        role: 'system',
        content: [
          { type: 'text', text: 'Be ' },
          { type: 'text', text: 'brief.' },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', content: 'Hello' },
    ];
    expect(messagesOf(messages)).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ]);
    expect(messagesOf(messages, { systemRole: 'developer' })).toMatchObject([{ role: 'developer' }, {}, {}]);
  });

  it('gives pictures and files, by address or as data', () => {
    const content: ChatMessage['content'] = [
      { type: 'text', text: 'Look', providerOptions: { acme: { cache_control: { type: 'ephemeral' } } } },
      { type: 'image', url: 'https://i.example/1', providerOptions: { acme: { detail: 'high' }, other: { detail: 'low' } } },
      { type: 'image', data: 'AAAA', mediaType: 'image/jpeg' },
      { type: 'file', data: 'BBBB', mediaType: 'application/pdf', filename: 'a.pdf' },
      { type: 'file', data: 'CCCC' },
      { type: 'file', fileId: 'file-1' },
      { type: 'file', data: 'DDDD', mediaType: 'audio/mpeg' },
      { type: 'file', data: 'EEEE', mediaType: 'audio/x-wav' },
    ];
    expect(messagesOf([{ role: 'user', content }], { provider: 'acme' })).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look', cache_control: { type: 'ephemeral' } },
          { type: 'image_url', image_url: { url: 'https://i.example/1', detail: 'high' } },
          { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AAAA' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB' } },
          { type: 'file', file: { filename: 'file', file_data: 'data:application/octet-stream;base64,CCCC' } },
          { type: 'file', file: { file_id: 'file-1' } },
          { type: 'input_audio', input_audio: { data: 'DDDD', format: 'mp3' } },
          { type: 'input_audio', input_audio: { data: 'EEEE', format: 'wav' } },
        ],
      },
    ]);
  });

  it('cannot give a file by address', () => {
    const encode = (): unknown => messagesOf([{ role: 'user', content: [{ type: 'file', url: 'https://f.example' }] }]);
    expect(encode).toThrow(/send its data/);
  });

  const calls: ChatMessage = {
    role: 'assistant',
    content: [
      { type: 'reasoning', text: 'hm' },
      { type: 'reasoning', encrypted: 'sealed' },
      { type: 'tool-call', callId: 'a', name: 'f', arguments: { x: 1 } },
      { type: 'tool-call', callId: 'b', name: 'run', arguments: { input: 'ls' }, providerData: { type: 'custom' } },
      { type: 'tool-call', callId: 'c', name: 'run', arguments: {}, providerData: { type: 'custom' } },
    ],
  };

  it('gives calls back as they came, and thoughts to vendors that want them', () => {
    const toolCalls = [
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
      { id: 'b', type: 'custom', custom: { name: 'run', input: 'ls' } },
      { id: 'c', type: 'custom', custom: { name: 'run', input: '' } },
    ];
    expect(messagesOf([calls])).toEqual([{ role: 'assistant', content: null, tool_calls: toolCalls }]);
    expect(messagesOf([calls], { takesReasoningBack: true })).toEqual([
      { role: 'assistant', content: null, tool_calls: toolCalls, reasoning_content: 'hm' },
    ]);
  });

  it('puts the pictures of results after the last result of the turn', () => {
    const result = (callId: string): ToolResultPart => ({
      type: 'tool-result',
      callId,
      result: [
        { type: 'text', text: `see ${callId}` },
        { type: 'image', url: `https://i.example/${callId}` },
      ],
    });
    const messages: readonly ChatMessage[] = [
      { role: 'tool', content: [result('a')] },
      { role: 'tool', content: [result('b'), { type: 'tool-result', callId: 'c', result: 'plain' }] },
      { role: 'user', content: 'And?' },
      { role: 'tool', content: [result('d')] },
    ];
    const picture = (callId: string): object => ({ type: 'image_url', image_url: { url: `https://i.example/${callId}` } });
    expect(messagesOf(messages)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'see a' },
      { role: 'tool', tool_call_id: 'b', content: 'see b' },
      { role: 'tool', tool_call_id: 'c', content: 'plain' },
      { role: 'user', content: [picture('a'), picture('b')] },
      { role: 'user', content: 'And?' },
      { role: 'tool', tool_call_id: 'd', content: 'see d' },
      { role: 'user', content: [picture('d')] },
    ]);
  });

  it('takes what a tool says beside its result for words of the user', () => {
    expect(messagesOf([{ role: 'tool', content: 'done' }])).toEqual([{ role: 'user', content: 'done' }]);
  });

  it('says all options in the words of the wire', () => {
    const options: ChatOptions = {
      temperature: 0,
      topP: 0.5,
      topK: 4,
      maxTokens: 10,
      stop: ['END'],
      seed: 1,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      reasoning: { effort: 'low' },
      logprobs: 3,
      metadata: { a: 'b' },
      endUser: 'u',
    };
    const said = {
      temperature: 0,
      top_p: 0.5,
      stop: ['END'],
      seed: 1,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      reasoning_effort: 'low',
      logprobs: true,
      top_logprobs: 3,
      metadata: { a: 'b' },
    };
    expect(optionsOf(options)).toEqual({ ...said, max_tokens: 10, user: 'u' });
    expect(optionsOf(options, { maxTokensField: 'max_completion_tokens', endUserField: 'safety_identifier', takesTopK: true })).toEqual({
      ...said,
      top_k: 4,
      max_completion_tokens: 10,
      safety_identifier: 'u',
    });
    expect(optionsOf({ logprobs: false })).toEqual({ logprobs: false });
  });

  it('leaves out what a vendor has no place for, and asks for no usage where it comes unasked', () => {
    const options: ChatOptions = { seed: 1, stop: ['END'], logprobs: true };
    const body = encodeChatRequest({ model: 'm', messages: [], options }, { lacksOptions: ['stop', 'logprobs'], countsUnasked: true });

    expect(body).toEqual({ model: 'm', messages: [], stream: true, seed: 1 });
    expect(optionsOf({ seed: 1 }, { seedField: 'random_seed' })).toEqual({ random_seed: 1 });
  });

  it.each([
    [undefined, { effort: 'low', budget: 9 }, { reasoning_effort: 'low' }],
    ['object', { effort: 'low', budget: 9 }, { reasoning: { effort: 'low', max_tokens: 9 } }],
    ['object', { budget: 9 }, { reasoning: { max_tokens: 9 } }],
    ['object', { summary: true }, {}],
    ['switch', { effort: 'low' }, { thinking: { type: 'enabled' } }],
    ['switch', { budget: 9 }, { thinking: { type: 'enabled' } }],
    ['switch', { effort: 'none' }, { thinking: { type: 'disabled' } }],
  ] as const)('asks in the words of %s for the thinking %j', (reasoningWords, reasoning, said) => {
    expect(optionsOf({ reasoning }, reasoningWords === undefined ? {} : { reasoningWords })).toEqual(said);
  });

  it.each([
    [{}, ['options.topK', 'options.reasoning.budget']],
    [{ takesTopK: true, reasoningWords: 'object' }, []],
    [{ reasoningWords: 'switch' }, ['options.topK', 'options.reasoning.effort', 'options.reasoning.budget']],
    [{ lacksOptions: ['topK', 'reasoning', 'seed'] }, ['options.topK', 'options.reasoning', 'options.seed']],
  ] as const)('names what vendor %j is not told', (vendor, names) => {
    const options: ChatOptions = { topK: 4, seed: 0, reasoning: { effort: 'low', budget: 9 } };
    expect(unsaidInChat({ model: 'm', messages: [], options }, vendor)).toEqual(names);
  });

  it.each([
    [{ type: 'text' }, { type: 'text' }],
    [{ type: 'json' }, { type: 'json_object' }],
    [
      { type: 'json-schema', schema: { type: 'object' } },
      { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } },
    ],
    [
      { type: 'json-schema', name: 'x', schema: {}, strict: true },
      { type: 'json_schema', json_schema: { name: 'x', schema: {}, strict: true } },
    ],
  ] as const)('asks for the format %j', (responseFormat, expected) => {
    expect(optionsOf({ responseFormat })).toEqual({ response_format: expected });
  });

  it('offers tools, the vendor’s own among them, and says how to choose only where there are some', () => {
    const options: ChatOptions = { toolChoice: { name: 'f' }, parallelToolCalls: false };
    const tools = [
      { name: 'f', parameters: { type: 'object' } },
      { name: 'g', description: 'G', parameters: {}, strict: true },
    ];
    const own = { type: 'custom', custom: { name: 'run' } };
    expect(encodeChatRequest({ model: 'm', messages: [], tools, options }, {}, { tools: [own] })).toMatchObject({
      tools: [
        { type: 'function', function: { name: 'f', parameters: { type: 'object' } } },
        { type: 'function', function: { name: 'g', description: 'G', parameters: {}, strict: true } },
        own,
      ],
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
    });
    expect(encodeChatRequest({ model: 'm', messages: [], tools, options: { toolChoice: 'required' } })).toMatchObject({
      tool_choice: 'required',
    });
    expect(optionsOf(options)).toEqual({});
  });

  it('takes the vendor’s own fields, but for those that would ask for something else', () => {
    const extra = { service_tier: 'flex', temperature: 1, model: 'other', messages: [], stream: false, n: 2 };
    const body = encodeChatRequest({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], options: { temperature: 0 } }, {}, extra);
    expect(body).toMatchObject({ model: 'm', messages: [{}], stream: true, service_tier: 'flex', temperature: 1 });
    expect(body).not.toHaveProperty('n');
  });
});
