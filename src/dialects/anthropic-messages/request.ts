import type { ChatOptions, ChatRequest, ContentPart, JsonObject, JsonValue, ResponseFormat, ToolDefinition } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ThinkingStyle } from './reasoning.js';
import { reasoningFrom } from './reasoning.js';
import { messagesFrom, systemFrom } from './request-messages.js';
import { extras } from './request-parts.js';
import type { FunctionTool, MessagesRequest, OutputConfig, WireToolChoice } from './wire.js';

/** What of a request depends on the model. */
export interface ModelTraits {
  /** The wire demands a limit; this one is sent where the caller set none. */
  readonly defaultMaxTokens: number;
  readonly thinking: ThinkingStyle;
}

export interface EncodedRequest {
  readonly body: MessagesRequest;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

const filesBeta = 'files-api-2025-04-14';

/** What a caller may not set beside our own fields: it would ask for another model or answer than the one that was looked at. */
const reserved = ['model', 'messages', 'stream', 'betas', 'tools'];

/**
 * A request of ours on the Messages wire. `providerOptions.<provider>` holds what only this wire knows, in its own names: on the
 * request any field of the body, `tools` that run with the provider and `betas`; on a part any field of its block
 * (`cache_control`). The wire has no word for seed, penalties, log probabilities and metadata other than the end user: they are
 * not sent.
 *
 * @throws MaestroError `request.invalid` (an image without data), `operation.unsupported` (JSON without a schema)
 */
export function encodeMessagesRequest(request: ChatRequest, provider: string, traits: ModelTraits): EncodedRequest {
  const { model, messages, options = {} } = request;
  const own = request.providerOptions?.[provider] ?? {};
  const maxTokens = options.maxTokens ?? traits.defaultMaxTokens;
  const system = systemFrom(provider, messages);
  const tools = [...(request.tools ?? []).map((tool) => toolFrom(provider, tool)), ...listOf(own['tools'])];
  const { thinking, effort } = reasoningFrom(options.reasoning, traits.thinking, maxTokens);
  const format = formatFrom(provider, options.responseFormat);
  const outputConfig: OutputConfig = { ...(effort !== undefined && { effort }), ...(format !== undefined && { format }) };
  const choice = tools.length === 0 ? undefined : toolChoiceFrom(options);
  const body: MessagesRequest = {
    model,
    max_tokens: maxTokens,
    messages: messagesFrom(provider, messages),
    ...(system.length > 0 && { system }),
    ...(tools.length > 0 && { tools }),
    ...(choice !== undefined && { tool_choice: choice }),
    ...samplingFrom(options),
    ...(thinking !== undefined && { thinking }),
    ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
    ...(options.endUser !== undefined && { metadata: { user_id: options.endUser } }),
    ...withoutReserved(own),
    stream: true,
  };
  const betas = betasFrom(request, own);
  return { body, headers: betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') } };
}

function samplingFrom({ temperature, topP, topK, stop }: ChatOptions): Partial<MessagesRequest> {
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(topK !== undefined && { top_k: topK }),
    ...(stop !== undefined && stop.length > 0 && { stop_sequences: stop }),
  };
}

function toolFrom(provider: string, tool: ToolDefinition): FunctionTool {
  const { name, description, parameters, strict } = tool;
  return {
    name,
    ...(description !== undefined && { description }),
    // A schema without a type is refused, and arguments are an object in any case.
    input_schema: { type: 'object', ...parameters },
    ...(strict !== undefined && { strict }),
    ...extras(provider, tool),
  };
}

function toolChoiceFrom({ toolChoice, parallelToolCalls }: ChatOptions): WireToolChoice | undefined {
  const single = parallelToolCalls === false && toolChoice !== 'none' ? ({ disable_parallel_tool_use: true } as const) : {};
  if (toolChoice === undefined) return parallelToolCalls === false ? { type: 'auto', ...single } : undefined;
  if (typeof toolChoice === 'object') return { type: 'tool', name: toolChoice.name, ...single };
  return { type: toolChoice === 'required' ? 'any' : toolChoice, ...single };
}

function formatFrom(provider: string, format: ResponseFormat | undefined): OutputConfig['format'] {
  if (format === undefined || format.type === 'text') return undefined;
  if (format.type === 'json-schema') return { type: 'json_schema', schema: format.schema };
  throw new MaestroError('operation.unsupported', { provider, operation: 'JSON output without a schema (use json-schema)' });
}

/** Files of the vendor's own store are behind a beta flag. */
function betasFrom({ messages }: ChatRequest, own: JsonObject): readonly string[] {
  const named = listOf(own['betas']).filter((beta) => typeof beta === 'string');
  const hasFile = messages.some(({ content }) => typeof content !== 'string' && content.some(isStoredFile));
  return [...new Set([...named, ...(hasFile ? [filesBeta] : [])])];
}

function isStoredFile(part: ContentPart): boolean {
  if (part.type === 'tool-result') return typeof part.result !== 'string' && part.result.some(isStoredFile);
  return part.type === 'file' && part.fileId !== undefined;
}

function withoutReserved(own: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(own).filter(([name]) => !reserved.includes(name)));
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
