import { problemFromError } from '../../src/contracts/errors/problem.js';
import { anthropicMessagesFailure } from '../../src/dialects/anthropic-messages/errors.js';
import { errorFromResponse } from '../../src/dialects/gemini-generate-content/errors.js';
import { openAiChatFailure } from '../../src/dialects/openai-chat/errors.js';
import { openAiResponsesFailure } from '../../src/dialects/openai-responses/errors.js';
import { isRecord, jsonFrom } from '../../src/kit/read-body.js';
import type { FailureReader } from '../../src/kit/wire-call.js';
import type { RecordedError, RecordedWire } from './cases.js';
import { describeRecordings } from './cases.js';

const readers: Readonly<Record<RecordedWire, FailureReader>> = {
  chat: openAiChatFailure,
  responses: openAiResponsesFailure,
  messages: anthropicMessagesFailure,
  'generate-content': errorFromResponse,
};

/** The class of each recorded refusal. */
const classes: Readonly<Record<string, string>> = {
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
  'errors/anthropic/messages/pai--test_model_name_suggestion-anthropic': 'upstream.not-found',
  'errors/anthropic/messages/pai--test_anthropic_explicit_effort_xhigh_unsupported_model_errors': 'upstream.invalid-request',
  'errors/anthropic/messages/rubyllm--chat_real_error_scenarios_anthropic_claude-haiku-4-5_handles_context_length_excee':
    'upstream.context-too-long',
  'errors/gemini/generate-content/aisdk--google-429-retry-info': 'upstream.rate-limited',
  'errors/gemini/generate-content/jsgenai--chats_tests_sendmessage_send_message_stream_with_error': 'upstream.not-found',
  'errors/gemini/generate-content/pai--test_model_name_suggestion-google': 'upstream.not-found',
  'errors/gemini/generate-content/rubyllm--chat_error_handling_with_gemini_gemini-2_5-flash_raises_appropriate_auth_error':
    'session.credential-rejected',
  'errors/vertex/generate-content/otel--test_generate_content_invalid_role': 'upstream.invalid-request',
  'errors/vertex/generate-content/otel--test_generate_content_missing_model': 'upstream.not-found',
};

describeRecordings('recorded refusals', ({ errors }) => {
  const failureOf = ({ provider, api, status, headers, body }: RecordedError) => readers[api](provider, status, headers, body);

  it('have the class that they should, each', () => {
    expect(Object.fromEntries(errors.map((refusal) => [refusal.id, failureOf(refusal).code]))).toEqual(classes);
  });

  it.each(errors.map((refusal) => [refusal.id, refusal] as const))('are told as they are and quoted nowhere: %s', (_id, refusal) => {
    const failure = failureOf(refusal);
    const message = messageIn(refusal.body);

    expect(failure.upstream?.status).toBe(refusal.status);
    expect(message).not.toBe('');
    expect(JSON.stringify(problemFromError(failure))).not.toContain(JSON.stringify(message).slice(1, -1));
    expect(failure.stack).not.toContain(message);
    const told = ['x-request-id', 'request-id'].map((name) => refusal.headers[name]).find((id) => id !== undefined);
    // The recordings replace some by a word in angle brackets.
    if (told !== undefined && !told.startsWith('<')) expect(failure.upstream?.requestId).toBe(told);
  });

  it('tell when to come again and which limits there are, where the provider told', () => {
    const delays = errors.flatMap((refusal) => {
      const { retryAfterMs } = failureOf(refusal);
      return retryAfterMs === undefined ? [] : [`${refusal.provider} ${String(retryAfterMs)}`];
    });
    const limited = errors.filter(({ headers }) => Object.keys(headers).some((name) => name.startsWith('x-ratelimit-limit-')));

    expect(delays.sort()).toEqual(['azure 0', 'gemini 34400']);
    expect(limited).toHaveLength(2);
    for (const refusal of limited) {
      expect(failureOf(refusal).upstream?.rateLimits).toContainEqual({
        unit: 'requests',
        limit: Number(refusal.headers['x-ratelimit-limit-requests']),
        remaining: Number(refusal.headers['x-ratelimit-remaining-requests']),
        resetsInMs: expect.any(Number),
      });
    }
  });

  afterAll(() => {
    const rows = errors.map((refusal) => {
      const { code, isRetryable, retryAfterMs, upstream } = failureOf(refusal);
      const again = isRetryable ? `again${retryAfterMs === undefined ? '' : ` after ${String(retryAfterMs)} ms`}` : 'final';
      const words = [
        upstream?.code ?? '-',
        upstream?.requestId === undefined ? 'no id' : 'id',
        upstream?.rateLimits ? 'limits' : 'no limits',
      ];
      return [refusal.provider, refusal.api, String(refusal.status), code, again, ...words].join(' | ');
    });
    process.stdout.write(
      `\nRecorded refusals: provider | wire | status | class | retry | word | request id | limits\n${rows.sort().join('\n')}\n`,
    );
  });
});

function messageIn(body: string): string {
  const parsed = jsonFrom(body);
  const report: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  const error = isRecord(report) ? report['error'] : undefined;
  const message = isRecord(error) ? error['message'] : undefined;
  return typeof message === 'string' ? message : '';
}
