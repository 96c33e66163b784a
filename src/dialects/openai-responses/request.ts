import type {
  ChatMessage,
  ChatOptions,
  ChatRequest,
  JsonObject,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '../../contracts/chat.js';
import { listIn } from '../../kit/json-fields.js';
import { encodeItems } from './request-items.js';
import type { ResponsesVendor } from './vendor.js';
import type { ResponsesWireRequest } from './wire.js';
import { isCustomTool } from './wire.js';

/** What a caller may not set beside our own fields: another model or answer than the one that was looked at. */
const reserved = ['model', 'input', 'stream', 'tools', 'include'];

/**
 * The body that asks for a streamed answer. `extra` are the vendor's own fields, which win over ours; its `tools` (those that
 * the vendor runs itself) and `include` are added to ours.
 */
export function encodeResponsesRequest(request: ChatRequest, vendor: ResponsesVendor = {}, extra: JsonObject = {}): ResponsesWireRequest {
  const { model, messages, options = {} } = request;
  const { instructions, rest } = splitInstructions(messages);
  const store = storeOf(vendor, extra);
  const include = [...includeOf(options, vendor), ...listIn(extra, 'include')];
  const own = (tool: ToolDefinition): JsonObject => (vendor.provider === undefined ? {} : (tool.providerOptions?.[vendor.provider] ?? {}));
  const custom = new Set((request.tools ?? []).filter((tool) => isCustomTool(own(tool))).map(({ name }) => name));
  const tools = [...(request.tools ?? []).map((tool) => encodeTool(tool, own(tool))), ...listIn(extra, 'tools')];
  return {
    model,
    ...(instructions !== undefined && { instructions }),
    input: encodeItems(rest, { ...vendor, store }),
    stream: true,
    ...(include.length > 0 && { include: [...new Set(include)] }),
    ...(tools.length > 0 && { tools, ...encodeToolOptions(options, custom) }),
    ...encodeOptions(options),
    ...Object.fromEntries(Object.entries(extra).filter(([name]) => !reserved.includes(name))),
    store,
  };
}

/** Whether the vendor keeps the answer. */
export function storeOf(vendor: ResponsesVendor, extra: JsonObject): boolean {
  return typeof extra['store'] === 'boolean' ? extra['store'] : (vendor.store ?? false);
}

/** What the system says before the conversation; later words of its stay where they are. */
export function splitInstructions(messages: readonly ChatMessage[]): {
  readonly instructions?: string;
  readonly rest: readonly ChatMessage[];
} {
  const end = messages.findIndex(({ role }) => role !== 'system');
  const leading = end === -1 ? messages : messages.slice(0, end);
  // The wire wants some input.
  if (leading.length === 0 || leading.length === messages.length) return { rest: messages };
  return { instructions: leading.map(textOf).join('\n\n'), rest: messages.slice(leading.length) };
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function includeOf({ logprobs }: ChatOptions, { wantsEncryptedReasoning }: ResponsesVendor): readonly string[] {
  return [
    ...(wantsEncryptedReasoning === true ? ['reasoning.encrypted_content'] : []),
    ...(logprobs === undefined || logprobs === false ? [] : ['message.output_text.logprobs']),
  ];
}

/** Unlike Chat Completions this wire is strict unless told otherwise, and then refuses many a schema. */
function encodeTool({ name, description, parameters, strict = false }: ToolDefinition, own: JsonObject): JsonObject {
  const called = { name, ...(description !== undefined && { description }) };
  return isCustomTool(own) ? { ...called, ...own } : { type: 'function', ...called, parameters, strict, ...own };
}

function encodeToolOptions({ toolChoice, parallelToolCalls }: ChatOptions, custom: ReadonlySet<string>): JsonObject {
  return {
    ...(toolChoice !== undefined && { tool_choice: encodeToolChoice(toolChoice, custom) }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
  };
}

function encodeToolChoice(choice: ToolChoice, custom: ReadonlySet<string>): string | JsonObject {
  return typeof choice === 'string' ? choice : { type: custom.has(choice.name) ? 'custom' : 'function', name: choice.name };
}

function encodeOptions(options: ChatOptions): JsonObject {
  const { temperature, topP, maxTokens, responseFormat, logprobs, metadata, endUser } = options;
  const reasoning = encodeReasoning(options);
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...(responseFormat !== undefined && { text: { format: encodeResponseFormat(responseFormat) } }),
    ...(reasoning !== undefined && { reasoning }),
    ...(typeof logprobs === 'number' && { top_logprobs: logprobs }),
    ...(metadata !== undefined && { metadata }),
    ...(endUser !== undefined && { safety_identifier: endUser }),
  };
}

function encodeReasoning({ reasoning }: ChatOptions): JsonObject | undefined {
  const { effort, summary } = reasoning ?? {};
  if (effort === undefined && summary !== true) return undefined;
  return { ...(effort !== undefined && { effort }), ...(summary === true && { summary: 'auto' }) };
}

function encodeResponseFormat(format: ResponseFormat): JsonObject {
  switch (format.type) {
    case 'text':
      return { type: 'text' };
    case 'json':
      return { type: 'json_object' };
    case 'json-schema': {
      const { name = 'answer', schema, strict } = format;
      return { type: 'json_schema', name, schema, ...(strict !== undefined && { strict }) };
    }
  }
}
