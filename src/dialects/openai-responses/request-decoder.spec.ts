import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { carry } from '../../kit/carried.js';
import { decodeResponsesRequest } from './request-decoder.js';

function decoded(body: object) {
  return decodeResponsesRequest({ model: 'm', input: 'Hi', ...body }, 'own');
}

function problemsOf(body: object): readonly string[] {
  try {
    decodeResponsesRequest(body, 'own');
    return [];
  } catch (error) {
    return MaestroError.is(error) && 'problems' in error.parameters ? error.parameters.problems : ['another error'];
  }
}

function assistantOf(input: readonly object[]): unknown {
  return decoded({ input }).request.messages[0]?.content;
}

describe('a client’s Responses request', () => {
  it('is read with nothing but a model and a text', () => {
    expect(decoded({})).toEqual({ request: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }, stream: false, notices: [] });
  });

  it('has its instructions first, and what is given in any case is not named', () => {
    const { request, stream, notices } = decoded({
      instructions: 'Be kind',
      input: [
        { role: 'developer', content: 'Now be brief' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      ],
      stream: true,
      stream_options: { include_obfuscation: false },
      store: false,
      background: false,
      truncation: 'disabled',
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
      tool_choice: { type: 'custom', name: 'run' },
      text: { format: { type: 'json_object' } },
      reasoning: {},
    });
    expect(request).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be kind' },
        { role: 'system', content: 'Now be brief' },
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      ],
      options: { toolChoice: { name: 'run' }, responseFormat: { type: 'json' }, logprobs: true },
    });
    expect({ stream, notices }).toEqual({ stream: true, notices: [] });
  });

  it('gives what an assistant thought, said and called in a row as one message', () => {
    const input = [
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'a' }],
        content: [{ type: 'reasoning_text', text: 'b' }],
        encrypted_content: 'e',
        status: null,
      },
      {
        type: 'reasoning',
        id: 'rs_maestro_x_1',
        summary: [{ type: 'summary_text', text: 'c' }],
        encrypted_content: carry({ signature: 's' }),
      },
      { type: 'reasoning', id: 'rs_maestro_x_2', summary: [] },
      {
        type: 'message',
        id: 'msg',
        role: 'assistant',
        status: 'completed',
        phase: 'final',
        content: [
          { type: 'output_text', text: 'Hi', annotations: [], logprobs: [] },
          { type: 'refusal', refusal: 'no' },
        ],
      },
      { role: 'assistant', content: 'plain' },
      {
        type: 'function_call',
        id: 'fc_a',
        call_id: 'a',
        name: 'f',
        arguments: '',
        namespace: 'crm',
        caller: { type: 'direct' },
        status: 'completed',
      },
      {
        type: 'reasoning',
        id: 'rs_maestro_x_6',
        summary: [],
        encrypted_content: carry({ callId: 'a', providerData: { thoughtSignature: 't' } }),
      },
      { type: 'reasoning', id: 'rs_maestro_x_7', summary: [], encrypted_content: carry({ callId: 'gone' }) },
      { type: 'custom_tool_call', call_id: 'b', name: 'run', input: 'ls' },
      { type: 'function_call_output', call_id: 'a', output: [{ type: 'input_text', text: '1' }] },
      { type: 'custom_tool_call_output', call_id: 'b', output: 'a.txt' },
    ];
    expect(decoded({ input }).notices).toEqual([]);
    expect(decoded({ input }).request.messages).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'a', id: 'rs_1' },
          { type: 'reasoning', text: 'b', id: 'rs_1', encrypted: 'e' },
          { type: 'reasoning', text: 'c', signature: 's' },
          { type: 'text', text: 'Hi' },
          { type: 'text', text: 'no' },
          { type: 'text', text: 'plain' },
          {
            type: 'tool-call',
            callId: 'a',
            name: 'f',
            arguments: {},
            providerData: { namespace: 'crm', caller: { type: 'direct' }, thoughtSignature: 't' },
          },
          { type: 'tool-call', callId: 'b', name: 'run', arguments: { input: 'ls' }, providerData: { type: 'custom' } },
        ],
      },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'a', result: [{ type: 'text', text: '1' }] }] },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'b', result: 'a.txt' }] },
    ]);
  });

  it('keeps what only its own provider can read in its place', () => {
    const run = { type: 'web_search_call', id: 'ws', status: 'completed', action: { type: 'search' } };
    expect(assistantOf([run, { role: 'assistant', content: 'Found' }])).toEqual([
      { type: 'provider-part', provider: 'own', data: run },
      { type: 'text', text: 'Found' },
    ]);
  });

  it('gives pictures and files, by address, by id or as data', () => {
    const content = [
      { type: 'input_image', image_url: 'https://i.example', detail: 'low' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
      { type: 'input_image', file_id: 'file-1' },
      { type: 'input_file', file_id: 'file-2', filename: 'a.pdf' },
      { type: 'input_file', file_url: 'https://f.example' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,AAAA' },
      { type: 'input_file', file_data: 'AAAA' },
    ];
    expect(decoded({ input: [{ role: 'user', content }] }).request.messages[0]?.content).toEqual([
      { type: 'image', url: 'https://i.example', providerOptions: { own: { detail: 'low' } } },
      { type: 'image', data: 'AAAA', mediaType: 'image/png' },
      { type: 'file', fileId: 'file-1', mediaType: 'image/*' },
      { type: 'file', fileId: 'file-2', filename: 'a.pdf' },
      { type: 'file', url: 'https://f.example' },
      { type: 'file', data: 'AAAA', mediaType: 'application/pdf' },
      { type: 'file', data: 'AAAA' },
    ]);
  });

  it('offers tools, those of free text among them', () => {
    const { request } = decoded({
      tools: [
        { type: 'function', name: 'f' },
        { type: 'custom', name: 'run', description: 'Runs' },
      ],
      text: { format: { type: 'text' } },
      top_logprobs: 2,
    });
    expect(request).toMatchObject({
      tools: [
        { name: 'f', parameters: { type: 'object', properties: {} } },
        { name: 'run', description: 'Runs', parameters: { required: ['input'] }, providerOptions: { own: { type: 'custom' } } },
      ],
      options: { responseFormat: { type: 'text' }, logprobs: 2 },
    });
  });

  it.each([
    [{}, ['model is missing', 'input is missing']],
    [{ model: 'm', input: 'x', previous_response_id: 'r' }, [expect.stringMatching(/^previous_response_id cannot be used here/)]],
    [{ model: 'm', input: [{ type: 'item_reference', id: 'x' }] }, [expect.stringMatching(/^input\[0\] refers to an item/)]],
    [{ model: 'm', input: [{ role: 'robot', content: 'x' }] }, ['input[0].role must be system, developer, user or assistant']],
    [{ model: 'm', input: [{ role: 'user' }] }, ['input[0].content is missing']],
    [
      { model: 'm', input: [{ role: 'user', content: [{ type: 'input_file' }, { type: 'input_image' }] }] },
      ['input[0].content[0].file_data is missing', 'input[0].content[1].image_url is missing'],
    ],
    [
      { model: 'm', input: [{ type: 'function_call', call_id: 'a', name: 'f', arguments: '[]' }] },
      ['input[0].arguments must be a JSON object, as text'],
    ],
    [{ model: 'm', input: 'x', text: { format: { type: 'xml' } } }, ['text.format must be of type text, json_object or json_schema']],
    [{ model: 'm', input: 'x', tool_choice: 'some' }, ['tool_choice must be an object']],
  ])('that is wrong is refused by the path of each fault (%#)', (body, problems) => {
    expect(problemsOf(body)).toEqual(problems);
  });

  it('whose carried thoughts were changed on the way is refused', () => {
    const input = [{ type: 'reasoning', id: 'x', summary: [], encrypted_content: `${carry({ signature: 's' })}x` }];
    expect(problemsOf({ model: 'm', input })).toEqual([expect.stringMatching(/^input\[0\]\.encrypted_content is not what/)]);
  });
});
