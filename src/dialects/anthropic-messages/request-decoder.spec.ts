import type { JsonObject } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { carry } from '../../kit/carried.js';
import { decodeMessagesRequest } from './request-decoder.js';

const hello = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] };

function decoded(more: JsonObject, provider?: string, betas: readonly string[] = []) {
  return decodeMessagesRequest({ ...hello, ...more }, provider, betas);
}

function contentOf(block: JsonObject, provider?: string) {
  const { request, notices } = decoded({ messages: [{ role: 'assistant', content: [block] }] }, provider);
  return { content: request.messages[0]?.content, notices };
}

function problemsOf(body: unknown): unknown {
  try {
    return decodeMessagesRequest(body);
  } catch (error) {
    return MaestroError.from(error).parameters;
  }
}

describe('what a client of the Messages wire asks', () => {
  it('is a request of ours, and whether to stream', () => {
    expect(decodeMessagesRequest({ ...hello, stream: true, system: 'Be brief' })).toEqual({
      request: {
        model: 'm',
        messages: [
          { role: 'system', content: 'Be brief' },
          { role: 'user', content: 'Hi' },
        ],
        options: { maxTokens: 5 },
      },
      stream: true,
      notices: [],
    });
  });

  it('keeps results apart from what the user says', () => {
    const content = [
      { type: 'tool_result', tool_use_id: 'c1', content: 'one' },
      { type: 'tool_result', tool_use_id: 'c2', is_error: true },
      { type: 'text', text: 'and now?' },
    ];
    expect(decoded({ messages: [{ role: 'user', content }] }).request.messages).toEqual([
      {
        role: 'tool',
        content: [
          { type: 'tool-result', callId: 'c1', result: 'one' },
          { type: 'tool-result', callId: 'c2', result: '', isError: true },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'and now?' }] },
    ]);
  });

  it('gives another provider back what it had carried', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: carry({ encrypted: 'E', id: 'rs_1' }) },
      { type: 'tool_use', id: 'c1', name: 'f', input: {} },
      { type: 'redacted_thinking', data: carry({ callId: 'c1', providerData: { thoughtSignature: 'S' } }) },
      { type: 'redacted_thinking', data: carry({ callId: 'c2' }) },
      { type: 'thinking', thinking: 'unsigned', signature: '' },
    ];
    expect(decoded({ messages: [{ role: 'assistant', content }] }).request.messages[0]?.content).toEqual([
      { type: 'reasoning', text: 'hm', encrypted: 'E', id: 'rs_1' },
      { type: 'tool-call', callId: 'c1', name: 'f', arguments: {}, providerData: { thoughtSignature: 'S' } },
      { type: 'reasoning', text: 'unsigned' },
    ]);
  });

  it('names a thought that was changed on its way', () => {
    const content = [{ type: 'redacted_thinking', data: `${carry({ id: 'x' })}!` }];
    expect(problemsOf({ ...hello, messages: [{ role: 'assistant', content }] })).toEqual({
      problems: [expect.stringContaining('messages[0].content[0].data')],
    });
  });
});

describe('what only the Messages wire can say', () => {
  const more: JsonObject = {
    tools: [
      { name: 'f', input_schema: { type: 'object' }, defer_loading: true },
      { type: 'web_search_20250305', name: 'web_search' },
    ],
    metadata: { user_id: 'u', team: 't' },
    thinking: { type: 'enabled', budget_tokens: 2000, display: 'omitted' },
    output_config: { effort: 'max', task_budget: 1 },
    container: 'c',
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }] },
      { role: 'assistant', content: [{ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }], extra: 1 },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'c', content: [{ type: 'search_result', source: 's' }], cache_control: {} }],
      },
    ],
  };

  it('is named by its path where another wire answers', () => {
    const { notices, request } = decoded(more, undefined, ['context-1m']);
    expect([...notices].sort()).toEqual(
      [
        'anthropic-beta',
        'container',
        'messages[0].content[0].cache_control',
        'messages[1].content[0]',
        'messages[1].extra',
        'messages[2].content[0].cache_control',
        'messages[2].content[0].content[0]',
        'metadata.team',
        'output_config.effort',
        'output_config.task_budget',
        'thinking.display',
        'tools[0].defer_loading',
        'tools[1]',
      ].sort(),
    );
    expect(request.options).toMatchObject({ endUser: 'u', reasoning: { budget: 2000, summary: false, effort: 'high' } });
    expect(request.providerOptions).toBeUndefined();
  });

  it('goes to a provider of the same wire as it came', () => {
    const { notices, request } = decoded(more, 'acme', ['context-1m']);
    expect(notices).toEqual(['messages[1].extra']);
    expect(request.providerOptions).toEqual({
      acme: {
        tools: [{ type: 'web_search_20250305', name: 'web_search' }],
        betas: ['context-1m'],
        metadata: more['metadata'],
        thinking: more['thinking'],
        output_config: more['output_config'],
        container: 'c',
      },
    });
    expect(request.messages[2]?.content).toMatchObject([
      { result: [], providerOptions: { acme: { cache_control: {}, content: [{ type: 'search_result', source: 's' }] } } },
    ]);
  });

  it.each([
    [{ type: 'image', source: { type: 'stored' } }],
    [{ type: 'document', source: { type: 'content', content: [] } }],
    [{ type: 'container_upload', file_id: 'f' }],
  ])('is kept whole where it is a block: %j', (block) => {
    expect(contentOf(block, 'acme')).toEqual({ content: [{ type: 'provider-part', provider: 'acme', data: block }], notices: [] });
    expect(contentOf(block)).toEqual({ content: [], notices: ['messages[0].content[0]'] });
  });
});

describe('options of the Messages wire', () => {
  it.each([
    [{ tool_choice: { type: 'any', disable_parallel_tool_use: true } }, { toolChoice: 'required', parallelToolCalls: false }],
    [{ tool_choice: { type: 'tool', name: 'f' } }, { toolChoice: { name: 'f' } }],
    [{ tool_choice: { type: 'auto', disable_parallel_tool_use: false } }, { toolChoice: 'auto', parallelToolCalls: true }],
    [{ tool_choice: { type: 'none' } }, { toolChoice: 'none' }],
    [{ thinking: { type: 'disabled' }, output_config: { effort: 'low' } }, { reasoning: { effort: 'none' } }],
    [
      { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'medium' } },
      { reasoning: { summary: true, effort: 'medium' } },
    ],
    [{ output_config: { effort: 'low' } }, { reasoning: { effort: 'low' } }],
    [{ output_format: { type: 'json_schema', schema: { a: 1 } } }, { responseFormat: { type: 'json-schema', schema: { a: 1 } } }],
    [
      { stop_sequences: ['x'], top_k: 3, top_p: 1, temperature: 0 },
      { stop: ['x'], topK: 3, topP: 1, temperature: 0 },
    ],
  ])('are ours: %j', (more, options) => {
    expect(decoded(more)).toMatchObject({ request: { options: { maxTokens: 5, ...options } }, notices: [] });
  });

  it('of a kind to come are noted, or left to the provider', () => {
    expect(decoded({ thinking: { type: 'novel' } })).toMatchObject({ notices: ['thinking'] });
    expect(decoded({ thinking: { type: 'novel' } }, 'acme').request.providerOptions).toEqual({ acme: { thinking: { type: 'novel' } } });
    expect(decoded({ output_config: { effort: 'low' } }, 'acme').request.providerOptions).toEqual({
      acme: { output_config: { effort: 'low' } },
    });
  });

  it.each([
    ['x', 'the body must be a JSON object'],
    [{ messages: [] }, 'model is missing'],
    [{ model: 'm' }, 'messages must be a list of messages'],
    [{ ...hello, messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role must be user, assistant or system'],
    [{ ...hello, messages: [{ role: 'user' }] }, 'messages[0].content must be a text or a list of blocks'],
    [{ ...hello, messages: [{ role: 'user', content: 5 }] }, 'messages[0].content must be a text or a list of blocks'],
    [{ ...hello, messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text is missing'],
    [{ ...hello, system: [{ type: 'image', source: { type: 'url', url: 'u' } }] }, 'system[0].type must be text'],
    [{ ...hello, tool_choice: { type: 'some' } }, 'tool_choice.type must be auto, any, tool or none'],
    [{ ...hello, thinking: { type: 'enabled' } }, 'thinking.budget_tokens must be a number'],
    [{ ...hello, output_config: { format: { type: 'xml' } } }, 'output_config.format.type must be json_schema'],
  ])('and the rest are refused by their path: %j', (body, problem) => {
    expect(problemsOf(body)).toEqual({ problems: [problem] });
  });

  it('are refused all at once', () => {
    const content = [{ type: 'tool_use', id: 5 }, { type: 'text' }, { type: 'image' }];
    const body = { max_tokens: 'x', messages: [{ role: 'robot' }, { role: 'user', content }], tools: [{ name: 7 }, 'y'] };
    expect(problemsOf(body)).toEqual({
      problems: [
        'model is missing',
        'messages[0].role must be user, assistant or system',
        'messages[1].content[0].id must be a text',
        'messages[1].content[0].name is missing',
        'messages[1].content[1].text is missing',
        'messages[1].content[2].source is missing',
        'messages[1].content[2].source.type is missing',
        'tools[1] must be an object',
        'tools[0].name must be a text',
        'max_tokens must be a number',
      ],
    });
  });
});
