import type {
  ChatMessage,
  ChatOptions,
  ContentPart,
  FilePart,
  JsonObject,
  ProviderOptions,
  ResponseFormat,
  ToolChoice,
} from '../contracts/chat.js';

// What dialects share when they tell what a request says and their wire cannot. Names are of our types, without places:
// `options.seed`, `tool-result.isError`, or `image` where a part is not sent at all.

/** The names that are claimed. */
export function namesWhere(claims: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.keys(claims).filter((name) => claims[name] === true);
}

/** Options that a wire has no word for, where they ask for something. */
export function unsaidOptions(options: ChatOptions, names: readonly (keyof ChatOptions)[]): readonly string[] {
  return names.filter((name) => asks(options[name])).map((name) => `options.${name}`);
}

function asks(value: ChatOptions[keyof ChatOptions]): boolean {
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return value !== undefined && value !== false;
}

/** Of a request without tools some wires take no word about how they are called. */
export function unsaidCalling({ toolChoice, parallelToolCalls }: ChatOptions, hasTools: boolean): readonly string[] {
  if (hasTools) return [];
  return namesWhere({
    'options.toolChoice': mustCall(toolChoice),
    'options.parallelToolCalls': parallelToolCalls === false,
  });
}

function mustCall(choice: ToolChoice | undefined): boolean {
  return choice === 'required' || typeof choice === 'object';
}

/** On wires that hold an answer to a bare schema, always strictly. */
export function unsaidFormat(format: ResponseFormat | undefined): readonly string[] {
  if (format?.type !== 'json-schema') return [];
  return namesWhere({
    'options.responseFormat.name': format.name !== undefined,
    'options.responseFormat.strict': format.strict === false,
  });
}

export interface PartPlace {
  readonly message: ChatMessage;
  readonly part: ContentPart;
  /** Stands in a tool's result. */
  readonly isOfResult: boolean;
}

/** Asks for each part of a conversation; gives each name once. */
export function unsaidInParts(messages: readonly ChatMessage[], unsaidIn: (place: PartPlace) => readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const message of messages) {
    if (typeof message.content === 'string') continue;
    for (const part of message.content) {
      for (const name of unsaidIn({ message, part, isOfResult: false })) names.add(name);
      if (part.type !== 'tool-result' || typeof part.result === 'string') continue;
      for (const item of part.result) for (const name of unsaidIn({ message, part: item, isOfResult: true })) names.add(name);
    }
  }
  return [...names];
}

/** What a caller said of a part in the provider's own words, where the wire has no room beside such a part. */
export function unsaidWords(
  part: { readonly type: string; readonly providerOptions?: ProviderOptions },
  provider: string | undefined,
): readonly string[] {
  const words = provider === undefined ? {} : (part.providerOptions?.[provider] ?? {});
  return namesWhere({ [`${part.type}.providerOptions`]: Object.keys(words).length > 0 });
}

/** Whether a provider wants more back with a call than the wire has room for. */
export function wantsMore(providerData: JsonObject | undefined, known: readonly string[]): boolean {
  return Object.keys(providerData ?? {}).some((name) => !known.includes(name));
}

/** Of a file that is only pointed at, what wires leave to the place that it comes from. */
export function unsaidOfPointer({ filename, mediaType }: FilePart): readonly string[] {
  return namesWhere({ 'file.filename': filename !== undefined, 'file.mediaType': mediaType !== undefined });
}

/** Fields that would have asked for another model or answer than the one that was looked at. */
export function unsaidReserved(own: JsonObject, reserved: readonly string[]): readonly string[] {
  return reserved.filter((name) => own[name] !== undefined).map((name) => `providerOptions.${name}`);
}
