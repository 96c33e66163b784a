import type { ChatMessage, ChatOptions, JsonObject } from '../../contracts/chat.js';
import { encodeResponsesRequest } from './request.js';
import { unsaidInResponses } from './request-unsaid.js';
import type { ResponsesVendor } from './vendor.js';

const hi: readonly ChatMessage[] = [{ role: 'user', content: 'Hi' }];

function inputOf(messages: readonly ChatMessage[], vendor?: ResponsesVendor, extra?: JsonObject): unknown {
  return encodeResponsesRequest({ model: 'm', messages }, vendor, extra).input;
}

function optionsOf(options: ChatOptions): unknown {
  const {
    model: _model,
    input: _input,
    stream: _stream,
    store: _store,
    ...rest
  } = encodeResponsesRequest({
    model: 'm',
    messages: hi,
    options,
  });
  return rest;
}

describe('a Responses request', () => {
  it('asks for a stream that the provider does not keep', () => {
    expect(encodeResponsesRequest({ model: 'm', messages: hi })).toEqual({
      model: 'm',
      input: [{ role: 'user', content: 'Hi' }],
      stream: true,
      store: false,
    });
  });

  it('gives what the system says first as instructions, and leaves the rest of it in its place', () => {
    const messages: readonly ChatMessage[] = [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'system',
        content: [
          { type: 'text', text: 'Be kind.' },
          { type: 'image', url: 'https://i.example' },
        ],
      },
      ...hi,
      { role: 'system', content: 'Now be long.' },
    ];
    expect(encodeResponsesRequest({ model: 'm', messages })).toMatchObject({
      instructions: 'Be brief.\n\nBe kind.',
      input: [
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'Now be long.' },
      ],
    });
    expect(encodeResponsesRequest({ model: 'm', messages: messages.slice(0, 1) })).toMatchObject({
      input: [{ role: 'system', content: 'Be brief.' }],
    });
  });

  it('gives pictures and files, by address, by id or as data', () => {
    const content: ChatMessage['content'] = [
      { type: 'text', text: 'Look' },
      { type: 'image', url: 'https://i.example/1', providerOptions: { acme: { detail: 'high' }, other: { detail: 'low' } } },
      { type: 'image', data: 'AAAA', mediaType: 'image/jpeg' },
      { type: 'file', url: 'https://f.example/1' },
      { type: 'file', fileId: 'file-1' },
      { type: 'file', data: 'BBBB', mediaType: 'application/pdf', filename: 'a.pdf' },
      { type: 'file', data: 'CCCC' },
    ];
    expect(inputOf([{ role: 'user', content }], { provider: 'acme' })).toEqual([
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look' },
          { type: 'input_image', image_url: 'https://i.example/1', detail: 'high' },
          { type: 'input_image', image_url: 'data:image/jpeg;base64,AAAA' },
          { type: 'input_file', file_url: 'https://f.example/1' },
          { type: 'input_file', file_id: 'file-1' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB' },
          { type: 'input_file', filename: 'file', file_data: 'data:application/octet-stream;base64,CCCC' },
        ],
      },
    ]);
  });

  const turn: readonly ChatMessage[] = [
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', id: 'rs', text: 'a' },
        { type: 'reasoning', id: 'rs', text: 'b', encrypted: 'sealed' },
        { type: 'reasoning', id: 'rs2', text: 'c' },
        { type: 'reasoning', text: 'of another provider', signature: 'sig' },
        { type: 'text', text: 'Let me ' },
        { type: 'text', text: 'see.' },
        {
          type: 'tool-call',
          callId: 'a',
          name: 'f',
          arguments: { x: 1 },
          providerData: { namespace: 'crm', caller: { type: 'direct' }, thoughtSignature: 'x' },
        },
        { type: 'tool-call', callId: 'b', name: 'run', arguments: { input: 'ls' }, providerData: { type: 'custom' } },
        { type: 'tool-call', callId: 'c', name: 'run', arguments: {}, providerData: { type: 'custom' } },
      ],
    },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          callId: 'a',
          result: [
            { type: 'text', text: '1' },
            { type: 'image', url: 'https://i.example' },
          ],
        },
        { type: 'tool-result', callId: 'b', result: 'a.txt' },
      ],
    },
    { role: 'tool', content: 'done' },
  ];

  it('gives a turn back item by item, in its order', () => {
    expect(inputOf(turn)).toEqual([
      {
        type: 'reasoning',
        id: 'rs',
        summary: [
          { type: 'summary_text', text: 'a' },
          { type: 'summary_text', text: 'b' },
        ],
        encrypted_content: 'sealed',
      },
      {
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Let me ' },
          { type: 'output_text', text: 'see.' },
        ],
      },
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"x":1}', namespace: 'crm', caller: { type: 'direct' } },
      { type: 'custom_tool_call', call_id: 'b', name: 'run', input: 'ls' },
      { type: 'custom_tool_call', call_id: 'c', name: 'run', input: '' },
      {
        type: 'function_call_output',
        call_id: 'a',
        output: [
          { type: 'input_text', text: '1' },
          { type: 'input_image', image_url: 'https://i.example' },
        ],
      },
      { type: 'custom_tool_call_output', call_id: 'b', output: 'a.txt' },
      { role: 'user', content: 'done' },
    ]);
  });

  it('gives thoughts back by their id where the provider keeps them', () => {
    const kept = { type: 'reasoning', id: 'rs2', summary: [{ type: 'summary_text', text: 'c' }] };
    expect(inputOf(turn, { store: true })).toContainEqual(kept);
    expect(inputOf(turn, {}, { store: true })).toContainEqual(kept);
    expect(inputOf(turn, { store: true }, { store: false })).not.toContainEqual(kept);
  });

  it('gives a thought back that has no words, and none of another provider', () => {
    const thought = { type: 'reasoning', id: 'rs', encrypted: 'sealed' } as const;
    const { id: _id, ...foreign } = thought;
    expect(inputOf([{ role: 'assistant', content: [thought, foreign] }])).toEqual([
      { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'sealed' },
    ]);
  });

  it('says the options in the words of the wire', () => {
    const options: ChatOptions = {
      temperature: 0,
      topP: 0.5,
      maxTokens: 10,
      reasoning: { effort: 'low', summary: true },
      logprobs: 3,
      metadata: { a: 'b' },
      endUser: 'u',
    };
    expect(optionsOf(options)).toEqual({
      temperature: 0,
      top_p: 0.5,
      max_output_tokens: 10,
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['message.output_text.logprobs'],
      top_logprobs: 3,
      metadata: { a: 'b' },
      safety_identifier: 'u',
    });
    expect(optionsOf({ reasoning: { summary: true } })).toEqual({ reasoning: { summary: 'auto' } });
    expect(optionsOf({ reasoning: { effort: 'high' } })).toEqual({ reasoning: { effort: 'high' } });
    expect(optionsOf({ reasoning: { budget: 9 }, logprobs: false })).toEqual({});
  });

  it('leaves out what the wire has no words for, and names it', () => {
    const options: ChatOptions = { topK: 1, stop: ['x'], seed: 1, frequencyPenalty: 1, presencePenalty: 1 };
    expect(optionsOf(options)).toEqual({});
    expect(unsaidInResponses({ model: 'm', messages: [], options })).toEqual(Object.keys(options).map((name) => `options.${name}`));
  });

  it.each([
    [{ type: 'text' }, { type: 'text' }],
    [{ type: 'json' }, { type: 'json_object' }],
    [
      { type: 'json-schema', schema: {} },
      { type: 'json_schema', name: 'answer', schema: {} },
    ],
    [
      { type: 'json-schema', name: 'x', schema: {}, strict: true },
      { type: 'json_schema', name: 'x', schema: {}, strict: true },
    ],
  ] as const)('asks for the format %j', (responseFormat, format) => {
    expect(optionsOf({ responseFormat })).toEqual({ text: { format } });
  });

  it('offers tools, those of the provider among them, and is not strict unless told', () => {
    const tools = [
      { name: 'f', parameters: { type: 'object' } },
      { name: 'g', description: 'G', parameters: {}, strict: true },
    ];
    const options: ChatOptions = { toolChoice: { name: 'f' }, parallelToolCalls: false };
    expect(encodeResponsesRequest({ model: 'm', messages: hi, tools, options }, {}, { tools: [{ type: 'web_search' }] })).toMatchObject({
      tools: [
        { type: 'function', name: 'f', parameters: { type: 'object' }, strict: false },
        { type: 'function', name: 'g', description: 'G', parameters: {}, strict: true },
        { type: 'web_search' },
      ],
      tool_choice: { type: 'function', name: 'f' },
      parallel_tool_calls: false,
    });
    expect(encodeResponsesRequest({ model: 'm', messages: hi, tools, options: { toolChoice: 'none' } })).toMatchObject({
      tool_choice: 'none',
    });
    expect(optionsOf(options)).toEqual({});
  });

  it('takes the vendor’s own fields, but for those that would ask for something else', () => {
    const extra = { service_tier: 'flex', model: 'other', input: [], stream: false, include: ['reasoning.encrypted_content', 'x'] };
    const body = encodeResponsesRequest({ model: 'm', messages: hi }, { wantsEncryptedReasoning: true }, extra);
    expect(body).toMatchObject({ model: 'm', input: [{}], stream: true, service_tier: 'flex' });
    expect(body.include).toEqual(['reasoning.encrypted_content', 'x']);
  });
});
