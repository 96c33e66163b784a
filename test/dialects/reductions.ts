import type { ChatMessage, ChatOptions, ChatRequest, ContentPart, ToolCallPart, ToolDefinition } from '../../src/contracts/chat.js';

/** A request without one thing that it said, and what that is called in `untranslated`. */
export interface Reduction {
  readonly name: string;
  readonly request: ChatRequest;
}

/** Fields that a part may be without. A result's `name` is not among them: the call before it has it. */
const optional: Readonly<Record<ContentPart['type'], readonly string[]>> = {
  text: ['providerOptions'],
  image: ['providerOptions'],
  file: ['filename', 'mediaType', 'providerOptions'],
  reasoning: ['text', 'signature', 'encrypted', 'id', 'providerOptions'],
  'tool-call': ['providerOptions'],
  'tool-result': ['isError', 'providerOptions'],
  'provider-part': [],
};

/** The request once for each thing that it says, without it. */
export function reductionsOf(request: ChatRequest): readonly Reduction[] {
  const { options = {}, tools = [], messages } = request;
  return [
    ...withoutOption(options).map(({ name, value }) => ({ name, request: { ...request, options: value } })),
    ...tools.flatMap((tool, at) =>
      withoutFields(tool, ['strict', 'description', 'providerOptions']).map(({ name, value }) => ({
        name: `tools.${name}`,
        request: { ...request, tools: tools.with(at, value as ToolDefinition) },
      })),
    ),
    ...messages.flatMap((message, at) =>
      withoutPart(message).map(({ name, value }) => ({ name, request: { ...request, messages: messages.with(at, value) } })),
    ),
  ];
}

interface Without<T> {
  readonly name: string;
  readonly value: T;
}

function withoutFields(whole: object, names: readonly string[]): readonly Without<object>[] {
  return names
    .filter((name) => name in whole)
    .map((name) => ({ name, value: Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name)) }));
}

function withoutOption(options: ChatOptions): readonly Without<ChatOptions>[] {
  const { reasoning = {}, responseFormat = { type: 'text' } } = options;
  const within = [
    ...withoutFields(reasoning, ['effort', 'budget', 'summary']).map(({ name, value }) => {
      const { reasoning: _reasoning, ...rest } = options;
      return { name: `reasoning.${name}`, value: Object.keys(value).length === 0 ? rest : { ...options, reasoning: value } };
    }),
    ...withoutFields(responseFormat, ['name', 'strict']).map(({ name, value }) => ({
      name: `responseFormat.${name}`,
      value: { ...options, responseFormat: value } as ChatOptions,
    })),
  ];
  const whole = Object.keys(options).filter((name) => name !== 'reasoning' && name !== 'responseFormat');
  return [...within, ...withoutFields(options, whole)].map(({ name, value }) => ({ name: `options.${name}`, value }));
}

function withoutPart(message: ChatMessage): readonly Without<ChatMessage>[] {
  const { content } = message;
  if (typeof content === 'string') return [];
  return content.flatMap((part, at) => [
    { name: part.type, value: { ...message, content: content.toSpliced(at, 1) } },
    ...reducedParts(part).map(({ name, value }) => ({ name, value: { ...message, content: content.with(at, value) } })),
  ]);
}

function reducedParts(part: ContentPart): readonly Without<ContentPart>[] {
  const own = withoutFields(part, optional[part.type]).map(({ name, value }) => ({
    name: `${part.type}.${name}`,
    value: value as ContentPart,
  }));
  if (part.type === 'tool-call') return [...own, ...withoutData(part)];
  if (part.type !== 'tool-result' || typeof part.result === 'string') return own;
  const { result } = part;
  const inner = result.flatMap((item, at): readonly Without<ContentPart>[] => [
    { name: item.type, value: { ...part, result: result.toSpliced(at, 1) } },
    ...reducedParts(item).map(({ name, value }) => ({ name, value: { ...part, result: result.with(at, value as typeof item) } })),
  ]);
  return [...own, ...inner];
}

/** What providers want back with a call, piece by piece. */
function withoutData(call: ToolCallPart): readonly Without<ContentPart>[] {
  const { providerData = {}, ...rest } = call;
  return withoutFields(providerData, Object.keys(providerData)).map(({ value }) => ({
    name: 'tool-call.providerData',
    value: (Object.keys(value).length === 0 ? rest : { ...rest, providerData: value }) as ContentPart,
  }));
}
