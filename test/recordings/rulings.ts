import type { Usage } from '../../src/contracts/stream-event.js';
import type { Summary } from './summary.js';

/** An expectation that is wrong, with what is right. docs/dialects.md names each; a test compares. */
export interface Correction {
  readonly why: string;
  readonly is: Partial<Summary>;
}

const detailsAreRead: Correction = {
  why: 'the SDKs behind the expectation do not know reasoning_details; the signature in it must be sent back',
  is: { signatures: true },
};
const errorIsAnError: Correction = {
  why: 'a 200 without any choice is no answer; the SDK behind the expectation hands it on unread',
  is: { isFailed: true },
};

export const chatRulings: Readonly<Record<string, Correction>> = {
  'openai-compatible/chat/aisdk--xai-text': {
    why: 'the very same bytes are ruled to count reasoning in for xai/chat/aisdk--xai-text',
    is: { usage: { input: 12, output: 342, cacheRead: 11, reasoning: 340 } },
  },
  'openrouter/chat/rubyllm--chat_openrouter_reasoning_details_round-trip_accumulates_reasoning_details_while_': detailsAreRead,
  'openrouter/chat/pai--test_openrouter_stream_with_native_options': detailsAreRead,
  'openrouter/chat/pai--test_openrouter_streaming_reasoning': detailsAreRead,
  'openrouter/chat/rubyllm--chat_openrouter_reasoning_details_round-trip_replays_reasoning_details_across_too': detailsAreRead,
  'openrouter/chat/pai--test_openrouter_file_annotation': detailsAreRead,
  'snowflake/chat/pai--test_snowflake_thinking': {
    ...detailsAreRead,
    is: { signatures: true, reasoning: 'Let me get the weather for Mexico City.' },
  },
  'snowflake/chat/pai--test_snowflake_thinking_streaming': { ...detailsAreRead, is: { reasoning: '15 * 27 = 405' } },
  'azure/chat/ollmetry--test_prompt_content_filtering': errorIsAnError,
  'other-demo-endpoints-pydantic-worker/chat/pai--test_invalid_response': errorIsAnError,
};

function writesAreTold(usage: Usage): Correction {
  return { why: 'the wire tells cache writes (cache_write_tokens); the SDKs behind the expectation do not read them', is: { usage } };
}

export const responsesRulings: Readonly<Record<string, Correction>> = {
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
