import type { StreamState } from '../../contracts/behaviours/streaming.behaviour.js';
import type { JsonObject } from '../../contracts/chat.js';
import type { Citation, Usage } from '../../contracts/stream-event.js';
import { dialect } from './wire.js';

/** A call whose arguments are still arriving: on this wire it is said whole. */
export interface GatheredCall {
  readonly name: string;
  readonly json: string;
}

/** What the encoder remembers between two events. */
export interface GenerateContentWriting extends StreamState {
  readonly dialect: typeof dialect;
  readonly id?: string;
  readonly model: string;
  readonly usage?: Usage;
  /** Usage as the provider wrote it, where that was on this wire. */
  readonly usageMetadata?: JsonObject;
  readonly calls: ReadonlyMap<string, GatheredCall>;
  readonly hasCalled: boolean;
  readonly isBlocked: boolean;
  /** Sources to be told with the end. */
  readonly citations: readonly Citation[];
  /** What a thought is sent back with, until its part ends. */
  readonly marks?: { readonly part: number; readonly id?: string; readonly signature?: string };
}

/** One step of the encoder while it is made. */
export interface Pen {
  state: GenerateContentWriting;
  readonly chunks: JsonObject[];
  readonly notices: string[];
}

const blank: GenerateContentWriting = { dialect, model: '', calls: new Map(), hasCalled: false, isBlocked: false, citations: [] };

export function penFor(state: GenerateContentWriting = blank): Pen {
  return { state, chunks: [], notices: [] };
}

/** One whole response: what its candidate says, and what beside it. */
export function pushChunk(candidate: JsonObject | undefined, { state, chunks }: Pen, beside: JsonObject = {}): void {
  chunks.push({
    ...(candidate !== undefined && { candidates: [{ index: 0, ...candidate }] }),
    ...beside,
    modelVersion: state.model,
    ...(state.id !== undefined && { responseId: state.id }),
  });
}

export function pushPart(part: JsonObject, pen: Pen, beside: JsonObject = {}): void {
  pushChunk({ content: { role: 'model', parts: [part] }, ...beside }, pen);
}
