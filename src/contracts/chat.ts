/** A value that JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = Readonly<Record<string, JsonValue>>;

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly providerOptions?: ProviderOptions;
}

/** Exactly one of `url` and `data` (base64). `mediaType` goes with `data`. */
export interface ImagePart {
  readonly type: 'image';
  readonly url?: string;
  readonly data?: string;
  readonly mediaType?: string;
  readonly providerOptions?: ProviderOptions;
}

/** Exactly one of `url`, `data` (base64) and `fileId` (the provider's). */
export interface FilePart {
  readonly type: 'file';
  readonly url?: string;
  readonly data?: string;
  readonly fileId?: string;
  readonly mediaType?: string;
  readonly filename?: string;
  readonly providerOptions?: ProviderOptions;
}

/** What a model thought. `signature` and `encrypted` are the provider's own; they go back as they came. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text?: string;
  readonly signature?: string;
  readonly encrypted?: string;
  /** The provider's own id of this piece, where it has one. */
  readonly id?: string;
  readonly providerOptions?: ProviderOptions;
}

export interface ToolCallPart {
  readonly type: 'tool-call';
  readonly callId: string;
  readonly name: string;
  readonly arguments: JsonObject;
  /** What the provider wants back with the call (a thought signature, an item id). */
  readonly providerData?: JsonObject;
  readonly providerOptions?: ProviderOptions;
}

export interface ToolResultPart {
  readonly type: 'tool-result';
  readonly callId: string;
  /** Needed by wires that name the function in the result. */
  readonly name?: string;
  readonly result: string | readonly (TextPart | ImagePart | FilePart)[];
  readonly isError?: boolean;
  readonly providerOptions?: ProviderOptions;
}

/**
 * A piece of the conversation that only its provider can read: a tool that it ran itself, and what came of it. It goes back to
 * that provider as it came, in its place, and to no other.
 */
export interface ProviderPart {
  readonly type: 'provider-part';
  readonly provider: string;
  /** In the provider's own words. */
  readonly data: JsonObject;
}

export type ContentPart = TextPart | ImagePart | FilePart | ReasoningPart | ToolCallPart | ToolResultPart | ProviderPart;

export type Role = 'system' | 'user' | 'assistant' | 'tool';

export interface ChatMessage {
  readonly role: Role;
  readonly content: string | readonly ContentPart[];
}

export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject;
  readonly strict?: boolean;
  readonly providerOptions?: ProviderOptions;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | { readonly type: 'json-schema'; readonly name?: string; readonly schema: JsonObject; readonly strict?: boolean };

export interface ReasoningOptions {
  readonly effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high';
  /** Tokens. */
  readonly budget?: number;
  /** Ask for readable summaries or thoughts where the provider can give them. */
  readonly summary?: boolean;
}

/** What every wire can say in its own way. What only one knows goes under `providerOptions`. */
export interface ChatOptions {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly responseFormat?: ResponseFormat;
  readonly reasoning?: ReasoningOptions;
  /** Ask for token log probabilities; a number asks for that many alternatives. */
  readonly logprobs?: boolean | number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** A stable id of the end user, for the provider's abuse detection. */
  readonly endUser?: string;
}

/** By provider id; each provider reads its own part and no other. */
export type ProviderOptions = Readonly<Record<string, JsonObject>>;

/** One turn of a conversation, in the shape that is the same for every provider. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDefinition[];
  readonly options?: ChatOptions;
  readonly providerOptions?: ProviderOptions;
}

/** What a client asked for in the words of its wire, as a request of ours. */
export interface DecodedRequest {
  readonly request: ChatRequest;
  /** Whether the client wants its answer as a stream. */
  readonly stream: boolean;
  /** What the client said and the request does not say, each by its path in the body (`tools[2].defer_loading`). */
  readonly notices: readonly string[];
}
