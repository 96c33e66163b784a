import { eventsFromChatAnswer } from '../../src/dialects/openai-chat/answer.js';
import { openAiChatFailure } from '../../src/dialects/openai-chat/errors.js';
import { openAiChatDecoder } from '../../src/dialects/openai-chat/stream-decoder.js';
import type { Correction } from './wire-suite.js';
import { describeWire } from './wire-suite.js';

const detailsAreRead: Correction = {
  why: 'the SDKs behind the expectation do not know reasoning_details; the signature in it must be sent back',
  is: { signatures: true },
};
const errorIsAnError: Correction = {
  why: 'a 200 without any choice is no answer; the SDK behind the expectation hands it on unread',
  is: { isFailed: true },
};

const corrections: Readonly<Record<string, Correction>> = {
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

const refusals: Readonly<Record<string, string>> = {
  'errors/azure/chat/dd--azure-openai_chat_completions_post_782ff5d3': 'upstream.not-found',
  'errors/azure/chat/ollmetry--test_chat_reasoning.1': 'upstream.not-found',
  'errors/azure/chat/rubyllm--chat_real_error_scenarios_azure_grok-4-1-fast-non-reasoning_handles_context_lengt': 'upstream.rate-limited',
  'errors/deepseek/chat/rubyllm--chat_real_error_scenarios_deepseek_deepseek-chat_handles_context_length_exceeded_':
    'upstream.context-too-long',
  'errors/groq/chat/pai--test_tool_regular_error': 'upstream.not-found',
  'errors/groq/chat/pai--test_tool_use_failed_error_with_text': 'upstream.invalid-request',
  'errors/ollama/chat/rubyllm--chat_error_handling_with_ollama_cloud_gpt-oss_120b_raises_appropriate_auth_error':
    'session.credential-rejected',
  'errors/ollama/chat/rubyllm--chat_real_error_scenarios_ollama_cloud_gpt-oss_120b_handles_context_length_exceed':
    'upstream.context-too-long',
  'errors/openai/chat/dd--openai_chat_completions_post_917478d0': 'upstream.not-found',
  'errors/openai/chat/oinf--test_async_pipeline_with_chat_prompt_builder_and_chat_generator_produces_expected_sp.11':
    'session.credential-rejected',
  'errors/openai/chat/oinf--testinputvalueimagehiding.test_input_value_hides_regular_url_images': 'upstream.invalid-request',
  'errors/openai/chat/ollmetry--test_vision.2': 'upstream.invalid-request',
  'errors/openai/chat/otel--test_async_chat_completion_404': 'upstream.not-found',
  'errors/openai/chat/pai--test_multimodal_tool_return_matrix-direct-binary-audio-openai_chat.1': 'upstream.invalid-request',
  'errors/openai/chat/pai--test_openai_o1_mini_system_role-system': 'upstream.invalid-request',
  'errors/openai/chat/pai--test_openai_web_search_tool_model_not_supported': 'upstream.invalid-request',
  'errors/openrouter/chat/rubyllm--chat_error_handling_with_openrouter_claude-haiku-4-5_raises_appropriate_auth_erro':
    'session.credential-rejected',
  'errors/openrouter/chat/rubyllm--chat_real_error_scenarios_openrouter_claude-haiku-4-5_handles_context_length_exce':
    'upstream.context-too-long',
  'errors/perplexity/chat/rubyllm--chat_error_handling_with_perplexity_sonar_raises_appropriate_auth_error': 'session.credential-rejected',
};

describeWire('recorded Chat Completions', {
  api: 'chat',
  decoder: openAiChatDecoder,
  eventsFromAnswer: eventsFromChatAnswer,
  isTerminated: (text) => /"finish_reason": ?"\w/.test(text),
  failureOf: openAiChatFailure,
  refusals,
  corrections,
});
