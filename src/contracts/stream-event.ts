import type { ContentPart, JsonObject, JsonValue } from './chat.js';

/**
 * What a streamed answer is made of. Promises: `message-start` comes first and once, `message-end` last and once; a failure
 * is thrown, never an event; `part` numbers the parts of the answer from 0 and a part's deltas may interleave with another's;
 * what a provider says and we do not know arrives as `provider-event`. Plain readonly objects: safe to keep and to serialise.
 */
export type StreamEvent =
  | MessageStart
  | TextDelta
  | ReasoningDelta
  | ToolCallStart
  | ToolCallDelta
  | ToolCallEnd
  | RefusalDelta
  | FileEvent
  | AudioDelta
  | Citation
  | ServerTool
  | ProviderEvent
  | UsageEvent
  | MessageEnd;

export interface MessageStart {
  readonly type: 'message-start';
  /** Maestro's id of this stream, for cancelling. Dialects leave it out; core sets it. */
  readonly streamId?: string;
  /** The provider's id of the answer. */
  readonly id?: string;
  readonly model: string;
  /**
   * What the request said and the provider's wire has no words for, by the names of our types: `options.seed`,
   * `tool-result.isError`, or `image` where a part was not sent at all. Each once; absent where everything was said.
   */
  readonly untranslated?: readonly string[];
}

export interface TextDelta {
  readonly type: 'text-delta';
  readonly part: number;
  readonly text: string;
  readonly logprobs?: readonly JsonValue[];
}

export interface ReasoningDelta {
  readonly type: 'reasoning-delta';
  readonly part: number;
  readonly text?: string;
  readonly signature?: string;
  readonly encrypted?: string;
  readonly id?: string;
}

export interface ToolCallStart {
  readonly type: 'tool-call-start';
  readonly part: number;
  readonly callId: string;
  readonly name: string;
  readonly providerCallId?: string;
}

/** A piece of the call's arguments: the pieces of one `callId` joined are one JSON object (an empty text means `{}`). */
export interface ToolCallDelta {
  readonly type: 'tool-call-delta';
  readonly callId: string;
  readonly json: string;
}

/** The call's arguments are whole. A call that was cut in the middle (mostly `reason: 'length'`) has no end: it must not be run. */
export interface ToolCallEnd {
  readonly type: 'tool-call-end';
  readonly callId: string;
  readonly providerData?: JsonObject;
}

export interface RefusalDelta {
  readonly type: 'refusal-delta';
  readonly part: number;
  readonly text: string;
}

export interface FileEvent {
  readonly type: 'file';
  readonly part: number;
  readonly mediaType: string;
  /** Base64. */
  readonly data?: string;
  readonly url?: string;
}

export interface AudioDelta {
  readonly type: 'audio-delta';
  readonly part: number;
  /** Base64. */
  readonly data?: string;
  readonly transcript?: string;
}

export interface Citation {
  readonly type: 'citation';
  readonly part: number;
  readonly url?: string;
  readonly title?: string;
  readonly citedText?: string;
  /** Offsets into the part's text, in the provider's unit. */
  readonly start?: number;
  readonly end?: number;
  /** The citation as the provider wrote it. */
  readonly data?: JsonObject;
}

/** A tool that the provider runs itself: a search, code, a file. */
export interface ServerTool {
  readonly type: 'server-tool';
  readonly callId: string;
  readonly name: string;
  readonly phase: 'start' | 'delta' | 'result';
  readonly data?: JsonValue;
}

export interface ProviderEvent {
  readonly type: 'provider-event';
  readonly name: string;
  readonly data: JsonValue;
}

/** Tokens. `input` counts cache reads and writes in, `output` counts reasoning in; absent: the provider did not tell. */
export interface Usage {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
  /** Tokens that server tools put into the prompt, where the provider counts them beside `input` and not in it. */
  readonly toolUsePrompt?: number;
}

export interface UsageEvent extends Usage {
  readonly type: 'usage';
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'pause' | 'other';

export interface MessageEnd {
  readonly type: 'message-end';
  readonly reason: FinishReason;
  /** The provider's own word. */
  readonly providerReason?: string;
  readonly usage?: Usage;
}

/** What an event says of the answer's content. */
export type ContentEvent = Exclude<StreamEvent, MessageStart | UsageEvent | MessageEnd>;

/** A collected stream: what `stream: false` answers. */
export interface ChatAnswer {
  readonly streamId: string;
  readonly id?: string;
  readonly model: string;
  readonly role: 'assistant';
  readonly content: readonly AnswerPart[];
  readonly reason: FinishReason;
  readonly providerReason?: string;
  readonly usage?: Usage;
  /** As in `message-start`. */
  readonly untranslated?: readonly string[];
}

export type AnswerPart =
  | ContentPart
  | { readonly type: 'refusal'; readonly text: string }
  | (Omit<Citation, 'type' | 'part'> & { readonly type: 'citation' })
  | (Omit<ServerTool, 'type' | 'phase'> & { readonly type: 'server-tool'; readonly result?: JsonValue })
  | { readonly type: 'audio'; readonly data: string; readonly transcript: string }
  | { readonly type: 'provider-event'; readonly name: string; readonly data: JsonValue };
