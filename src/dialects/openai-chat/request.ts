import type {
  ChatOptions,
  ChatRequest,
  JsonObject,
  ReasoningOptions,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '../../contracts/chat.js';
import { listIn } from '../../kit/json-fields.js';
import { encodeMessages } from './request-messages.js';
import type { ChatVendor } from './vendor.js';
import type { ChatWireRequest } from './wire.js';
import { isCustomTool } from './wire.js';

/** What a caller may not set beside our own fields: another model or answer than the one that was looked at. */
const reserved = ['model', 'messages', 'stream', 'stream_options', 'tools', 'n'];

/**
 * The body that asks for a streamed answer. `extra` are the vendor's own fields, which win over ours; its `tools` are added to
 * ours.
 */
export function encodeChatRequest(request: ChatRequest, vendor: ChatVendor = {}, extra: JsonObject = {}): ChatWireRequest {
  const { model, messages } = request;
  const options = withoutLacking(request.options ?? {}, vendor);
  const own = (tool: ToolDefinition): JsonObject => (vendor.provider === undefined ? {} : (tool.providerOptions?.[vendor.provider] ?? {}));
  const custom = new Set((request.tools ?? []).filter((tool) => isCustomTool(own(tool))).map(({ name }) => name));
  const tools = [...(request.tools ?? []).map((tool) => encodeTool(tool, own(tool))), ...listIn(extra, 'tools')];
  return {
    model,
    messages: encodeMessages(messages, vendor),
    stream: true,
    ...(vendor.countsUnasked !== true && { stream_options: { include_usage: true } }),
    ...(tools.length > 0 && { tools, ...encodeToolOptions(options, custom) }),
    ...encodeOptions(options, vendor),
    ...Object.fromEntries(Object.entries(extra).filter(([name]) => !reserved.includes(name))),
  };
}

export function withoutLacking(options: ChatOptions, { lacksOptions = [] }: ChatVendor): ChatOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !lacksOptions.some((lacking) => lacking === name)));
}

function encodeTool({ name, description, parameters, strict }: ToolDefinition, own: JsonObject): JsonObject {
  const called = { name, ...(description !== undefined && { description }) };
  if (isCustomTool(own)) {
    const { format, type: _type, ...options } = own;
    return { type: 'custom', custom: { ...called, ...(format !== undefined && { format }) }, ...options };
  }
  return { type: 'function', function: { ...called, parameters, ...(strict !== undefined && { strict }) }, ...own };
}

/** Refused by the wire where there are no tools. */
function encodeToolOptions({ toolChoice, parallelToolCalls }: ChatOptions, custom: ReadonlySet<string>): JsonObject {
  return {
    ...(toolChoice !== undefined && { tool_choice: encodeToolChoice(toolChoice, custom) }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
  };
}

function encodeToolChoice(choice: ToolChoice, custom: ReadonlySet<string>): string | JsonObject {
  if (typeof choice === 'string') return choice;
  const { name } = choice;
  return custom.has(name) ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } };
}

function encodeOptions(options: ChatOptions, vendor: ChatVendor): JsonObject {
  const { maxTokensField = 'max_tokens', endUserField = 'user', seedField = 'seed' } = vendor;
  const { responseFormat, reasoning, logprobs } = options;
  return defined({
    temperature: options.temperature,
    top_p: options.topP,
    top_k: vendor.takesTopK === true ? options.topK : undefined,
    [maxTokensField]: options.maxTokens,
    stop: options.stop,
    [seedField]: options.seed,
    frequency_penalty: options.frequencyPenalty,
    presence_penalty: options.presencePenalty,
    response_format: responseFormat && encodeResponseFormat(responseFormat),
    ...encodeReasoning(reasoning ?? {}, vendor),
    logprobs: logprobs === undefined ? undefined : logprobs !== false,
    top_logprobs: typeof logprobs === 'number' ? logprobs : undefined,
    metadata: options.metadata,
    [endUserField]: options.endUser,
  });
}

function encodeReasoning({ effort, budget }: ReasoningOptions, { reasoningWords = 'effort' }: ChatVendor): JsonObject {
  if (effort === undefined && budget === undefined) return {};
  switch (reasoningWords) {
    case 'effort':
      return defined({ reasoning_effort: effort });
    case 'object':
      return { reasoning: defined({ effort, max_tokens: budget }) };
    case 'switch':
      return { thinking: { type: effort === 'none' ? 'disabled' : 'enabled' } };
  }
}

/** What the wire has no word for, of how a model shall think. */
export function unsaidReasoning({ effort, budget, summary }: ReasoningOptions, vendor: ChatVendor): Readonly<Record<string, boolean>> {
  const { reasoningWords = 'effort' } = vendor;
  return {
    'options.reasoning.effort': reasoningWords === 'switch' && effort !== undefined && effort !== 'none',
    'options.reasoning.budget': reasoningWords !== 'object' && budget !== undefined,
    'options.reasoning.summary': summary === true,
  };
}

function encodeResponseFormat(format: ResponseFormat): JsonObject {
  switch (format.type) {
    case 'text':
      return { type: 'text' };
    case 'json':
      return { type: 'json_object' };
    case 'json-schema': {
      const { name = 'answer', schema, strict } = format;
      return { type: 'json_schema', json_schema: { name, schema, ...(strict !== undefined && { strict }) } };
    }
  }
}

function defined(fields: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  const entries = Object.entries(fields).filter((entry): entry is [string, JsonObject[string]] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
