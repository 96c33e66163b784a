import type { MaestroError } from '../errors/maestro-error.js';
import type { StreamEvent } from '../stream-event.js';
import type { ServerSentEvent } from '../wire-request.js';
import type { StreamState } from './streaming.behaviour.js';

/** What a client is sent for one event of ours, and what to remember for the next. */
export interface EncodedStep<State extends StreamState = StreamState> {
  readonly frames: readonly ServerSentEvent[];
  /** What the event says and the wire cannot: by the event's type, and its name where it has one (`server-tool web_search`). */
  readonly notices: readonly string[];
  readonly state: State;
}

/** How a dialect writes a streamed answer to a client: a pure reducer over our events. */
export interface StreamEncoder<State extends StreamState = StreamState> {
  /** `undefined` starts a stream; the frames of `message-end` end it. */
  encode(event: StreamEvent, state: State | undefined): EncodedStep<State>;
  /** The last frames of a stream that failed. */
  fail(error: MaestroError, state: State | undefined): readonly ServerSentEvent[];
}
