import type { Usage } from '../../src/contracts/stream-event.js';
import { eventsFromResponse } from '../../src/dialects/openai-responses/answer.js';
import { openAiResponsesFailure } from '../../src/dialects/openai-responses/errors.js';
import { openAiResponsesDecoder } from '../../src/dialects/openai-responses/stream-decoder.js';
import { casesOf, describeRecordings } from './cases.js';
import { readStream } from './summary.js';
import type { Correction } from './wire-suite.js';
import { describeWire } from './wire-suite.js';

function writesAreTold(usage: Usage): Correction {
  return { why: 'the wire tells cache writes (cache_write_tokens); the SDKs behind the expectation do not read them', is: { usage } };
}

const corrections: Readonly<Record<string, Correction>> = {
  'bedrock-mantle/responses/pai--test_reused_tool_call_ids-stream.2': writesAreTold({
    input: 158,
    output: 32,
    cacheRead: 0,
    cacheWrite: 43,
    reasoning: 10,
  }),
  'bedrock-mantle/responses/pai--test_reused_tool_call_ids-request': writesAreTold({
    input: 88,
    output: 14,
    cacheRead: 0,
    cacheWrite: 86,
    reasoning: 0,
  }),
  'bedrock-mantle/responses/pai--test_reused_tool_call_ids-request.2': writesAreTold({
    input: 142,
    output: 33,
    cacheRead: 0,
    cacheWrite: 27,
    reasoning: 11,
  }),
  'openrouter/responses/pai--test_openrouter_responses_prompt_cache_e2e': writesAreTold({
    input: 4020,
    output: 5,
    cacheRead: 0,
    cacheWrite: 4012,
    reasoning: 0,
  }),
  'openai/responses/pai--test_openai_responses_model_mcp_list_tools_stream_backfills_missing_results': {
    why: 'there are three lists; two of them are never done in the stream and whole in its last event',
    is: { serverToolCalls: ['mcp_list_tools', 'mcp_list_tools', 'mcp_list_tools'] },
  },
};

const refusals: Readonly<Record<string, string>> = {
  'errors/openai/responses/aisdk--openai-error.1x': 'upstream.quota-exhausted',
  'errors/openai/responses/dd--openai_responses_post_c4a90328': 'upstream.invalid-request',
  'errors/openai/responses/otel--test_responses_create_api_error-content_mode0': 'upstream.not-found',
  'errors/openai/responses/pai--test_multimodal_tool_return_matrix-direct-url-audio-openai_responses.1': 'upstream.invalid-request',
  'errors/openai/responses/pai--test_multimodal_tool_return_matrix-direct-url_force_download-audio-openai_responses.2':
    'upstream.invalid-request',
  'errors/openai/responses/pai--test_multimodal_tool_return_matrix-tool_return_content-url_force_download-audio-opena.2':
    'upstream.invalid-request',
  'errors/openai/responses/pai--test_openai_responses_model_http_error': 'upstream.invalid-request',
  'errors/openai/responses/pai--test_openai_responses_thinking_with_modified_history.1': 'upstream.invalid-request',
  'errors/openai/responses/rubyllm--chat_error_handling_with_openai_gpt-5-nano_raises_appropriate_auth_error':
    'session.credential-rejected',
  'errors/openai/responses/rubyllm--context_context_chat_operations_uses_context-specific_api_keys': 'session.credential-rejected',
};

describeWire('recorded Responses', {
  api: 'responses',
  decoder: openAiResponsesDecoder,
  eventsFromAnswer: eventsFromResponse,
  isTerminated: (text) => /"type": ?"response\.(completed|incomplete|failed)"/.test(text),
  failureOf: openAiResponsesFailure,
  refusals,
  corrections,
});

describeRecordings('recorded Responses with tools that the client runs', (recordings) => {
  const cases = casesOf(recordings, 'responses').filter(({ expected }) => expected.clientRunItems !== undefined);

  it.each(cases.map((recording) => [recording.id, recording] as const))('%s gives each with its action', async (_id, recording) => {
    const { events } = await readStream([recording.body], openAiResponsesDecoder(recording.provider), recording.provider);
    for (const { id, name, args } of recording.expected.clientRunItems ?? []) {
      const { callId: _callId, ...action } = args;
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'server-tool', callId: id, name, phase: 'result', data: expect.objectContaining(subset(action)) }),
      );
    }
  });
});

/** The expected action leaves out what its SDK does not know. */
function subset(args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, expect.objectContaining(value)]));
}
