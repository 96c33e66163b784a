import type { StreamState } from '../../contracts/behaviours/streaming.behaviour.js';
import type { JsonObject } from '../../contracts/chat.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { numberIn } from '../../kit/json-fields.js';
import { openAiResponses, wordsIn } from './wire.js';

/** What an item of the answer is to us. */
export type ItemKind = 'message' | 'reasoning' | 'call' | 'custom-call' | 'server-tool';

export interface OpenItem {
  readonly kind: ItemKind;
  /** As first seen: some vendors give the same item another id in each event. */
  readonly id?: string;
  /** Of calls and server tools. */
  readonly callId: string;
  readonly name: string;
  readonly hasArguments: boolean;
  /** Its arguments are whole, though the item may not have been ended. */
  readonly isSaid: boolean;
  readonly isDone: boolean;
}

export interface OpenPart {
  readonly part: number;
  readonly hasText: boolean;
  readonly citations: number;
}

/** What the decoder remembers between two events. */
export interface ResponsesState extends StreamState {
  readonly dialect: typeof openAiResponses;
  readonly isStarted: boolean;
  readonly isEnded: boolean;
  /** By `output_index`, or by item id where there is none. */
  readonly items: Readonly<Record<string, OpenItem>>;
  /** By item and place in it. */
  readonly parts: Readonly<Record<string, OpenPart>>;
  readonly partCount: number;
  /** What another provider wants back with a call, by the call. */
  readonly providerData: Readonly<Record<string, JsonObject>>;
  /** Where the last text went, so that the next delta of it, which is most of them, needs no key. */
  readonly lastText?: TextPlace;
}

/** As the wire says it. */
export interface TextPlace {
  readonly output: unknown;
  readonly content: unknown;
  readonly part: number;
}

export const freshState: ResponsesState = {
  dialect: openAiResponses,
  isStarted: false,
  isEnded: false,
  items: {},
  parts: {},
  partCount: 0,
  providerData: {},
};

/** Where the functions of one decoding step put what they have to say. */
export type Events = StreamEvent[];

/** Under which key the item of an event is kept. */
export function itemKeyOf(event: JsonRecord): string {
  const index = numberIn(event, 'output_index');
  // Never a bare word of the wire: `constructor` is a key that every object has.
  return index === undefined ? `id ${wordsIn(event, 'item_id') ?? ''}` : String(index);
}

export function withItem(state: ResponsesState, key: string, item: OpenItem): ResponsesState {
  return { ...state, items: { ...state.items, [key]: item } };
}

/** The part under a key, a new one where there is none yet. */
export function partAt(state: ResponsesState, key: string): { readonly open: OpenPart; readonly state: ResponsesState } {
  const known = state.parts[key];
  if (known !== undefined) return { open: known, state };
  const open: OpenPart = { part: state.partCount, hasText: false, citations: 0 };
  return { open, state: { ...withPart(state, key, open), partCount: state.partCount + 1 } };
}

export function withPart(state: ResponsesState, key: string, open: OpenPart): ResponsesState {
  return { ...state, parts: { ...state.parts, [key]: open } };
}

/** The number of a part that stands for itself. */
export function nextPart(state: ResponsesState): { readonly part: number; readonly state: ResponsesState } {
  return { part: state.partCount, state: { ...state, partCount: state.partCount + 1 } };
}

export function withProviderData(state: ResponsesState, callId: string, data: JsonObject): ResponsesState {
  return { ...state, providerData: { ...state.providerData, [callId]: data } };
}

export function isResponsesState(state: StreamState | undefined): state is ResponsesState {
  return state?.dialect === openAiResponses;
}
