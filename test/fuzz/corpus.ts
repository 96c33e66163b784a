import type { RecordedWire } from '../recordings/cases.js';

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const named = (value: { readonly type: string }): string => `event: ${value.type}\n${data(value)}`;

const chunk = (delta: object, finish: string | null = null): string =>
  data({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] });

const item = (output_index: number, value: object): object => ({ output_index, item: { id: `i${String(output_index)}`, ...value } });

/** Hand-made: one stream of each wire that goes through most of what its decoder knows. */
export const corpus: Readonly<Record<RecordedWire, string>> = {
  chat: [
    ': ping\n\n',
    chunk({ role: 'assistant', content: '' }),
    chunk({ reasoning_content: 'Hm' }),
    chunk({ reasoning_details: [{ type: 'reasoning.text', text: 'x', signature: 's' }] }),
    chunk({ content: 'Grüße 👋', annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example', title: 't' } }] }),
    chunk({ refusal: 'No' }),
    chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a"' } }] }),
    chunk({
      tool_calls: [
        { index: 0, function: { arguments: ':1}' } },
        { index: 1, id: 'call_2', function: { name: 'g', arguments: '' } },
      ],
    }),
    chunk({ audio: { data: 'AAAA', transcript: 'a' } }),
    chunk({}, 'tool_calls'),
    data({ id: 'c', choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, completion_tokens_details: { reasoning_tokens: 1 } } }),
    'data: [DONE]\n\n',
  ].join(''),
  responses: [
    named({ type: 'response.created', ...{ response: { id: 'r', model: 'm', status: 'in_progress', output: [] } } }),
    named({ type: 'response.output_item.added', ...item(0, { type: 'reasoning', summary: [] }) }),
    named({ type: 'response.reasoning_summary_text.delta', ...{ output_index: 0, summary_index: 0, delta: 'Hm' } }),
    named({ type: 'response.output_item.done', ...item(0, { type: 'reasoning', summary: [], encrypted_content: 'x' }) }),
    named({ type: 'response.output_item.added', ...item(1, { type: 'message', content: [] }) }),
    named({ type: 'response.output_text.delta', ...{ output_index: 1, content_index: 0, delta: 'Grüße', logprobs: [] } }),
    named({ type: 'response.output_text.delta', ...{ output_index: 1, content_index: 0, delta: ' 👋' } }),
    named({
      type: 'response.output_text.annotation.added',
      ...{ output_index: 1, content_index: 0, annotation: { url: 'u', title: 't' } },
    }),
    named({ type: 'response.refusal.delta', ...{ output_index: 1, content_index: 1, delta: 'No' } }),
    named({ type: 'response.output_item.added', ...item(2, { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '' }) }),
    named({ type: 'response.function_call_arguments.delta', ...{ output_index: 2, delta: '{"a":1}' } }),
    named({ type: 'response.output_item.done', ...item(2, { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a":1}' }) }),
    named({ type: 'response.output_item.added', ...item(3, { type: 'web_search_call', status: 'in_progress' }) }),
    named({ type: 'response.web_search_call.searching', ...{ output_index: 3, item_id: 'i3' } }),
    named({ type: 'response.output_item.added', ...item(4, { type: 'custom_tool_call', call_id: 'call_2', name: 'g' }) }),
    named({ type: 'response.custom_tool_call_input.delta', ...{ output_index: 4, delta: 'a "b"\n' } }),
    named({
      type: 'response.completed',
      ...{
        response: {
          id: 'r',
          status: 'completed',
          output: [{ id: 'i4', type: 'custom_tool_call', call_id: 'call_2', name: 'g', input: 'a "b"\n' }],
          usage: { input_tokens: 3, output_tokens: 4, input_tokens_details: { cached_tokens: 1 } },
        },
      },
    }),
  ].join(''),
  messages: [
    named({ type: 'message_start', ...{ message: { id: 'm', model: 'm', content: [], usage: { input_tokens: 3, output_tokens: 1 } } } }),
    named({ type: 'ping' }),
    named({ type: 'content_block_start', ...{ index: 0, content_block: { type: 'thinking', thinking: '' } } }),
    named({ type: 'content_block_delta', ...{ index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } } }),
    named({ type: 'content_block_delta', ...{ index: 0, delta: { type: 'signature_delta', signature: 's' } } }),
    named({ type: 'content_block_stop', ...{ index: 0 } }),
    named({ type: 'content_block_start', ...{ index: 1, content_block: { type: 'redacted_thinking', data: 'x' } } }),
    named({ type: 'content_block_stop', ...{ index: 1 } }),
    named({ type: 'content_block_start', ...{ index: 2, content_block: { type: 'text', text: '' } } }),
    named({ type: 'content_block_delta', ...{ index: 2, delta: { type: 'text_delta', text: 'Grüße 👋' } } }),
    named({ type: 'content_block_delta', ...{ index: 2, delta: { type: 'citations_delta', citation: { url: 'u', title: 't' } } } }),
    named({ type: 'content_block_stop', ...{ index: 2 } }),
    named({ type: 'content_block_start', ...{ index: 3, content_block: { type: 'tool_use', id: 'call_1', name: 'f', input: {} } } }),
    named({ type: 'content_block_delta', ...{ index: 3, delta: { type: 'input_json_delta', partial_json: '{"a":1}' } } }),
    named({ type: 'content_block_stop', ...{ index: 3 } }),
    named({
      type: 'content_block_start',
      ...{ index: 4, content_block: { type: 'server_tool_use', id: 'st', name: 'web_search', input: {} } },
    }),
    named({ type: 'content_block_stop', ...{ index: 4 } }),
    named({
      type: 'content_block_start',
      ...{
        index: 5,
        content_block: { type: 'web_search_tool_result', tool_use_id: 'st', content: [{ type: 'web_search_result', url: 'u' }] },
      },
    }),
    named({ type: 'content_block_stop', ...{ index: 5 } }),
    named({ type: 'message_delta', ...{ delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9, cache_read_input_tokens: 2 } } }),
    named({ type: 'message_stop' }),
  ].join(''),
  'generate-content': [
    ...[
      { text: 'Hm', thought: true },
      { text: 'Grüße 👋', thoughtSignature: 's' },
      { functionCall: { name: 'f', args: { a: 1 } } },
      { functionCall: { name: 'g', willContinue: true, partialArgs: [{ jsonPath: '$.a[0].b', stringValue: 'x', willContinue: true }] } },
      {
        functionCall: {
          willContinue: true,
          partialArgs: [
            { jsonPath: '$.a[0].b', stringValue: 'y' },
            { jsonPath: '$.c', numberValue: 1 },
          ],
        },
      },
      { functionCall: {} },
      { executableCode: { language: 'PYTHON', code: '1' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
      { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
    ].map((part) => data({ candidates: [{ content: { role: 'model', parts: [part] } }], modelVersion: 'm', responseId: 'r' })),
    data({
      candidates: [
        {
          content: { parts: [{ text: '' }] },
          finishReason: 'STOP',
          groundingMetadata: { groundingChunks: [{ web: { uri: 'u', title: 't' } }], groundingSupports: [{ groundingChunkIndices: [0] }] },
          logprobsResult: { chosenCandidates: [{ token: 'a', logProbability: -1 }] },
        },
      ],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, thoughtsTokenCount: 1 },
    }),
  ].join(''),
};
