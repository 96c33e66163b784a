import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { decodeChatRequest } from './request-decoder.js';

const hi = [{ role: 'user', content: 'Hi' }];

function decoded(body: object) {
  return decodeChatRequest({ model: 'm', messages: hi, ...body }, 'own');
}

function problemsOf(body: unknown): readonly string[] {
  try {
    decodeChatRequest(body, 'own');
    return [];
  } catch (error) {
    return MaestroError.is(error) && 'problems' in error.parameters ? error.parameters.problems : ['another error'];
  }
}

describe('a client’s Chat Completions request', () => {
  it('is read with nothing but a model and messages', () => {
    expect(decoded({})).toEqual({ request: { model: 'm', messages: hi }, stream: false, includeUsage: false, notices: [] });
  });

  it('asks for usage only where it says so', () => {
    expect(decoded({ stream: true, stream_options: { include_usage: true, include_obfuscation: false, odd: 1 } })).toMatchObject({
      stream: true,
      includeUsage: true,
      notices: ['stream_options.odd'],
    });
  });

  it('says the same in older and newer words', () => {
    const { request } = decoded({
      messages: [{ role: 'developer', content: 'Be kind' }],
      max_completion_tokens: 5,
      max_tokens: 4,
      stop: 'END',
      safety_identifier: 'a',
      logprobs: true,
      reasoning: { effort: 'low', max_tokens: 99 },
      n: 1,
      modalities: ['text'],
      tool_choice: 'any',
    });
    expect(request).toEqual({
      model: 'm',
      messages: [{ role: 'system', content: 'Be kind' }],
      options: {
        maxTokens: 5,
        stop: ['END'],
        endUser: 'a',
        logprobs: true,
        reasoning: { effort: 'low', budget: 99 },
        toolChoice: 'required',
      },
    });
  });

  it('names what cannot be said, by its path', () => {
    const { request, notices } = decoded({
      messages: [
        { role: 'user', name: 'Ada', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }, { type: 'video_url' }] },
        { role: 'assistant', content: 'b', refusal: 'no', audio: { id: 'x' } },
      ],
      service_tier: 'flex',
      n: 2,
      modalities: ['text', 'audio'],
      reasoning_effort: 'xhigh',
      user: 'b',
      safety_identifier: 'a',
      tools: [{ type: 'web_search' }, { type: 'function', function: { name: 'f', odd: 1 }, cache_control: { type: 'ephemeral' } }],
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } },
      response_format: { type: 'json_schema', json_schema: { name: 'x', description: 'd', schema: {} } },
      reasoning: { enabled: false },
    });
    expect([...notices].sort()).toEqual([
      'messages[0].content[0].cache_control',
      'messages[0].content[1]',
      'messages[0].name',
      'messages[1].audio',
      'modalities',
      'n',
      'reasoning.enabled',
      'reasoning_effort',
      'response_format.json_schema.description',
      'service_tier',
      'tool_choice.allowed_tools.tools',
      'tools[0]',
      'tools[1].cache_control',
      'tools[1].function.odd',
      'user',
    ]);
    expect(request).toMatchObject({
      messages: [
        { content: [{ type: 'text', text: 'a', providerOptions: { own: { cache_control: { type: 'ephemeral' } } } }] },
        { content: [{ text: 'b' }, { text: 'no' }] },
      ],
      options: { toolChoice: 'auto', endUser: 'a', reasoning: { effort: 'high' } },
      tools: [{ name: 'f', parameters: { type: 'object' }, providerOptions: { own: { cache_control: { type: 'ephemeral' } } } }],
    });
  });

  it('gives pictures, sounds and files', () => {
    const { request } = decoded({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'https://i.example/1', detail: 'low' } },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
            { type: 'file', file: { file_id: 'file-1' } },
            { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' } },
            { type: 'file', file: { file_data: 'AAAA' } },
          ],
        },
      ],
    });
    expect(request.messages[0]?.content).toEqual([
      { type: 'image', url: 'https://i.example/1', providerOptions: { own: { detail: 'low' } } },
      { type: 'image', data: 'AAAA', mediaType: 'image/png' },
      { type: 'file', data: 'AAAA', mediaType: 'audio/wav' },
      { type: 'file', fileId: 'file-1' },
      { type: 'file', data: 'AAAA', mediaType: 'application/pdf', filename: 'a.pdf' },
      { type: 'file', data: 'AAAA' },
    ]);
  });

  it('has tools of free text, which others are offered as functions of one text', () => {
    const format = { type: 'grammar' };
    const { request, notices } = decoded({
      messages: [
        { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'custom', custom: { name: 'run', input: 'ls' } }] },
        { role: 'tool', tool_call_id: 'a', name: 'run', content: [{ type: 'text', text: 'a.txt' }] },
      ],
      tools: [{ type: 'custom', custom: { name: 'run', description: 'Runs', format } }],
      tool_choice: { type: 'custom', custom: { name: 'run' } },
    });
    expect(request).toMatchObject({
      messages: [
        { content: [{ type: 'tool-call', callId: 'a', name: 'run', arguments: { input: 'ls' }, providerData: { type: 'custom' } }] },
        { content: [{ type: 'tool-result', callId: 'a', name: 'run', result: [{ type: 'text', text: 'a.txt' }] }] },
      ],
      tools: [{ name: 'run', parameters: { required: ['input'] }, providerOptions: { own: { type: 'custom', format } } }],
      options: { toolChoice: { name: 'run' } },
    });
    expect(notices).toEqual(['tools[0].custom.format']);
  });

  it('has thoughts as words, in blocks, or as words with what proves them', () => {
    const thoughtsOf = (message: object): unknown =>
      decoded({ messages: [{ role: 'assistant', content: '', ...message }] }).request.messages[0]?.content;
    expect(thoughtsOf({ reasoning: 'a' })).toEqual([{ type: 'reasoning', text: 'a' }]);
    expect(
      thoughtsOf({
        reasoning_content: 'a',
        reasoning_details: [
          { type: 'reasoning.text', signature: 's' },
          { data: 'e', index: 1 },
        ],
      }),
    ).toEqual([
      { type: 'reasoning', text: 'a', signature: 's' },
      { type: 'reasoning', encrypted: 'e' },
    ]);
    const pieces = [
      { type: 'reasoning.text', text: 'a', index: 0 },
      { type: 'reasoning.summary', summary: 'b', index: 0, id: 'r' },
      { type: 'reasoning.text', signature: 's', index: 0, format: 'x' },
      { type: 'reasoning.text', text: 'c', index: 1 },
      {},
    ];
    expect(thoughtsOf({ reasoning_content: 'abc', reasoning_details: pieces })).toEqual([
      { type: 'reasoning', text: 'ab', id: 'r', signature: 's' },
      { type: 'reasoning', text: 'c' },
    ]);
  });

  it.each([
    [[], ['the body must be a JSON object']],
    [{}, ['model is missing', 'messages is missing']],
    [{ model: 'm', messages: [{ role: 'robot', content: 'x' }] }, ['messages[0].role must be system, developer, user, assistant or tool']],
    [{ model: 'm', messages: [{ role: 'user' }] }, ['messages[0].content is missing']],
    [{ model: 'm', messages: [{ role: 'user', content: 5 }] }, ['messages[0].content must be a list']],
    [{ model: 'm', messages: [{ role: 'tool', content: 'x' }] }, ['messages[0].tool_call_id is missing']],
    [
      {
        model: 'm',
        messages: [
          { role: 'user', content: [{ type: 'image_url' }, { type: 'file' }, { type: 'file', file: {} }, { type: 'input_audio' }] },
        ],
      },
      [
        'messages[0].content[0].image_url is missing',
        'messages[0].content[1].file is missing',
        'messages[0].content[2].file.file_data is missing',
        'messages[0].content[3].input_audio is missing',
      ],
    ],
    [
      { model: 'm', messages: [{ role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{' } }, { id: 'b' }] }] },
      ['messages[0].tool_calls[0].function.arguments must be a JSON object, as text', 'messages[0].tool_calls[1].function is missing'],
    ],
    [
      {
        model: 'm',
        messages: [],
        tools: [{ type: 'function' }],
        tool_choice: 'some',
        response_format: { type: 'xml' },
        metadata: { a: 1 },
        stop: 5,
      },
      [
        'tools[0].function is missing',
        'stop must be a list of texts',
        'tool_choice must be an object',
        'response_format must be of type text, json_object or json_schema',
        'metadata must hold texts only',
      ],
    ],
    [{ model: 'm', messages: [], tool_choice: { type: 'odd' } }, ['tool_choice must be auto, none, required or name a tool']],
  ])('that is wrong is refused by the path of each fault (%#)', (body, problems) => {
    expect(problemsOf(body)).toEqual(problems);
  });
});
