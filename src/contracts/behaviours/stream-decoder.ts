import type { StreamEvent } from '../stream-event.js';
import type { ServerSentEvent } from '../wire-request.js';
import type { StreamState, StreamStep } from './streaming.behaviour.js';

/** How a dialect reads a streamed answer: a pure reducer over the wire's events, and what the end of the body means. */
export interface StreamDecoder<State extends StreamState = StreamState> {
  /** `undefined` starts a stream. @throws MaestroError where the event reports a failure or cannot be read (`upstream.malformed`) */
  decode(event: ServerSentEvent, state: State | undefined): StreamStep<State>;
  /**
   * The body ended. Gives what is still to say, `message-end` last where it was not said yet.
   * @throws MaestroError `upstream.truncated` where the wire's terminal marker was not seen
   */
  end(state: State | undefined): readonly StreamEvent[];
  /**
   * All lines so far that are no part of any event; asked again whenever there are more. Some providers write an error there.
   * @throws MaestroError where the text reports a failure
   */
  stray?(text: string): void;
}
