import type { ChatMessage, ChatOptions, ChatRequest, JsonObject } from '../../contracts/chat.js';
import type { PartPlace } from '../../kit/unsaid-fields.js';
import { namesWhere, unsaidCalling, unsaidInParts, unsaidOptions, unsaidReserved } from '../../kit/unsaid-fields.js';
import { blocksFromPart } from './request-blocks.js';
import type { ConverseBlock, ConverseMessage, ConverseRequest, ConverseToolChoice } from './wire.js';

/** What a caller may not set beside our own fields. */
const reserved = ['modelId', 'messages', 'system', 'toolConfig'];

/**
 * A request of ours on the Converse wire. `providerOptions.<provider>` holds what only this wire knows, in its own names:
 * `additionalModelRequestFields` (a model's own fields, how it thinks among them), `guardrailConfig` and the like.
 *
 * @throws MaestroError `request.invalid` for a picture or file that cannot be said
 */
export function encodeConverseRequest(request: ChatRequest, provider: string): ConverseRequest {
  const { model, messages, tools = [], options = {} } = request;
  const system = messages.filter(({ role }) => role === 'system').flatMap((message) => blocksOf(provider, message));
  const inferenceConfig = inferenceFrom(options);
  const toolChoice = toolChoiceFrom(options);
  const own = Object.entries(request.providerOptions?.[provider] ?? {}).filter(([name]) => !reserved.includes(name) && name !== 'context');
  return {
    modelId: model,
    messages: messagesFrom(provider, messages),
    ...(system.length > 0 && { system }),
    ...(Object.keys(inferenceConfig).length > 0 && { inferenceConfig }),
    ...(tools.length > 0 &&
      options.toolChoice !== 'none' && {
        toolConfig: {
          tools: tools.map(({ name, description, parameters }) => ({
            toolSpec: {
              name,
              ...(description !== undefined && { description }),
              inputSchema: { json: { type: 'object', ...parameters } },
            },
          })),
          ...(toolChoice !== undefined && { toolChoice }),
        },
      }),
    ...(options.metadata !== undefined && { requestMetadata: options.metadata }),
    ...Object.fromEntries(own),
  };
}

/** What a request says and `encodeConverseRequest` cannot, by name. */
export function unsaidInConverse(request: ChatRequest, provider: string): readonly string[] {
  const { options = {}, tools = [] } = request;
  const own: JsonObject = request.providerOptions?.[provider] ?? {};
  return [
    ...unsaidOptions(options, ['topK', 'seed', 'frequencyPenalty', 'presencePenalty', 'reasoning', 'logprobs', 'endUser']),
    ...namesWhere({
      'options.responseFormat': options.responseFormat !== undefined && options.responseFormat.type !== 'text',
      'options.parallelToolCalls': tools.length > 0 && options.parallelToolCalls === false,
      'tools.strict': tools.some(({ strict }) => strict === true),
    }),
    ...unsaidCalling(options, tools.length > 0),
    ...unsaidInParts(request.messages, (place) => unsaidInPart(place, provider)),
    ...unsaidReserved(own, reserved),
  ];
}

function unsaidInPart({ part }: PartPlace, provider: string): readonly string[] {
  switch (part.type) {
    case 'reasoning':
      if (part.signature === undefined && part.encrypted === undefined) return ['reasoning'];
      return namesWhere({ 'reasoning.id': part.id !== undefined });
    case 'tool-call':
      return namesWhere({ 'tool-call.providerData': Object.keys(part.providerData ?? {}).length > 0 });
    case 'provider-part':
      return namesWhere({ 'provider-part': part.provider !== provider });
    case 'text':
    case 'image':
    case 'file':
    case 'tool-result':
      return [];
  }
}

/** The wire wants turns: what one side says in a row is one message, and what tools say is the user's. */
function messagesFrom(provider: string, messages: readonly ChatMessage[]): readonly ConverseMessage[] {
  const turns: { readonly role: ConverseMessage['role']; content: readonly ConverseBlock[] }[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const content = blocksOf(provider, message);
    const last = turns.at(-1);
    if (content.length === 0) continue;
    if (last?.role === role) last.content = [...last.content, ...content];
    else turns.push({ role, content });
  }
  return turns;
}

function blocksOf(provider: string, { content }: ChatMessage): readonly ConverseBlock[] {
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
  return parts.flatMap((part) => blocksFromPart(provider, part));
}

function inferenceFrom({ maxTokens, temperature, topP, stop }: ChatOptions): NonNullable<ConverseRequest['inferenceConfig']> {
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop !== undefined && stop.length > 0 && { stopSequences: stop }),
  };
}

/** The wire has no word for "none": then no tools are told of. */
function toolChoiceFrom({ toolChoice }: ChatOptions): ConverseToolChoice | undefined {
  if (typeof toolChoice === 'object') return { tool: { name: toolChoice.name } };
  if (toolChoice === 'required') return { any: {} };
  return toolChoice === 'auto' ? { auto: {} } : undefined;
}
