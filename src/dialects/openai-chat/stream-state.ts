import type { StreamState } from '../../contracts/behaviours/streaming.behaviour.js';
import type { JsonObject } from '../../contracts/chat.js';
import type { FinishReason, StreamEvent, Usage } from '../../contracts/stream-event.js';
import { openAiChat } from './wire.js';

/** A call whose arguments may still grow. */
export interface OpenCall {
  readonly callId: string;
  /** As the provider wrote it; absent where it wrote none. */
  readonly wireId?: string;
  readonly wireIndex?: number;
  /** Of a tool that takes free text: its `input` is written into an object as it comes. */
  readonly isCustom: boolean;
  /** What it is called with, so far. */
  readonly text: string;
}

/** What the decoder remembers between two events. */
export interface ChatState extends StreamState {
  readonly dialect: typeof openAiChat;
  readonly isStarted: boolean;
  readonly isEnded: boolean;
  readonly id?: string;
  /** Events that came before the answer had a name. */
  readonly held: readonly StreamEvent[];
  /** Numbers of the parts, by what they are. */
  readonly parts: Readonly<Record<string, number>>;
  readonly partCount: number;
  readonly calls: readonly OpenCall[];
  /** Ids of all calls so far. */
  readonly callIds: readonly string[];
  /** What another provider wants back with a call, by the call. */
  readonly providerData: Readonly<Record<string, JsonObject>>;
  /** Of each choice that was seen, by its index: whether it finished. */
  readonly choices: Readonly<Record<number, boolean>>;
  readonly finish?: { readonly reason: FinishReason; readonly providerReason: string };
  readonly usage?: Usage;
}

export const freshState: ChatState = {
  dialect: openAiChat,
  isStarted: false,
  isEnded: false,
  held: [],
  parts: {},
  partCount: 0,
  calls: [],
  callIds: [],
  providerData: {},
  choices: {},
};

/** Where the functions of one decoding step put what they have to say. */
export type Events = StreamEvent[];

/** The number of the part of this kind, a new one where there is none yet. */
export function partOf(state: ChatState, kind: string): { readonly part: number; readonly state: ChatState } {
  const known = state.parts[kind];
  if (known !== undefined) return { part: known, state };
  const part = state.partCount;
  return { part, state: { ...state, parts: { ...state.parts, [kind]: part }, partCount: part + 1 } };
}

/** The number of a part that stands for itself. */
export function nextPart(state: ChatState): { readonly part: number; readonly state: ChatState } {
  return { part: state.partCount, state: { ...state, partCount: state.partCount + 1 } };
}

export function withProviderData(state: ChatState, callId: string, data: JsonObject): ChatState {
  return { ...state, providerData: { ...state.providerData, [callId]: data } };
}

export function isChatState(state: StreamState | undefined): state is ChatState {
  return state?.dialect === openAiChat;
}
