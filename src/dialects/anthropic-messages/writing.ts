import type { StreamState } from '../../contracts/behaviours/streaming.behaviour.js';
import type { JsonObject } from '../../contracts/chat.js';
import type { MessageStart, StreamEvent, Usage } from '../../contracts/stream-event.js';
import { anthropicMessages } from './wire.js';

/** An event of the wire. */
export type WireEvent = JsonObject & { readonly type: string };

/** The block that is being written. */
export interface WrittenBlock {
  readonly index: number;
  readonly kind: 'text' | 'thinking' | 'call' | 'server-tool';
  /** Which part of ours, call or run it is of. */
  readonly key: string;
  /** The id of the call. */
  readonly call?: string;
  /** What goes back with a thought and has no delta of its own on this wire. */
  readonly marks?: ThoughtMarks;
}

export interface ThoughtMarks {
  readonly signature?: string;
  readonly encrypted?: string;
  readonly id?: string;
}

/** What the encoder remembers between two events. */
export interface MessagesWriting extends StreamState {
  readonly dialect: typeof anthropicMessages;
  /** Not written yet. */
  readonly start?: MessageStart;
  readonly hasBegun: boolean;
  /** Index of the next block. */
  readonly next: number;
  readonly open?: WrittenBlock;
  /** Events that wait for the end of the open call. */
  readonly waiting: readonly StreamEvent[];
  readonly usage?: Usage;
  /** Fields of the message that our events have no place for. */
  readonly startDetails: JsonObject;
  readonly endDetails: JsonObject;
  readonly hasRefused: boolean;
}

/** One step of the encoder while it is made. */
export interface Pen {
  state: MessagesWriting;
  readonly events: WireEvent[];
  readonly notices: string[];
}

const blank: MessagesWriting = {
  dialect: anthropicMessages,
  hasBegun: false,
  next: 0,
  waiting: [],
  startDetails: {},
  endDetails: {},
  hasRefused: false,
};

export function penFor(state: MessagesWriting = blank): Pen {
  return { state, events: [], notices: [] };
}
