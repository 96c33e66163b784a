import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import type { ServerSentEvent } from '../contracts/wire-request.js';
import { jsonFrom } from './read-body.js';
import type { SseDecoder } from './sse-decoder.js';
import { sseDecoder } from './sse-decoder.js';
import { wholeEvents } from './whole-events.js';

/** What an answer that passed by turned out to be. */
export interface TapVerdict {
  readonly events: readonly StreamEvent[];
  /** What the provider reported in the answer, or how it broke off. Absent: it ended well, or could not be read. */
  readonly failure?: MaestroError;
  /** The body ended without the wire's terminal marker. */
  readonly isTruncated: boolean;
}

/** Reads along while an answer passes by, and never stands in its way: what it cannot read, it does not tell of. */
export interface WireTap {
  /** What these bytes complete. */
  read(bytes: Uint8Array): readonly StreamEvent[];
  /** The body is over. */
  end(): TapVerdict;
  /** Nobody reads on: what is known and was not told. */
  leave?(): readonly StreamEvent[];
}

/** How far an answer that passes by is read: every event of it, or what tells how it goes (`milestones.ts` of the contracts). */
export type TapDepth = 'all' | 'milestones';

/** Of a streamed answer. */
export function streamTap<State extends StreamState>(decoder: StreamDecoder<State>, framing: SseDecoder = sseDecoder()): WireTap {
  let state: State | undefined;
  let failure: MaestroError | undefined;
  let isLost = false;
  const decoded = (wireEvents: () => readonly ServerSentEvent[]): readonly StreamEvent[] => {
    const events: StreamEvent[] = [];
    if (isLost) return events;
    try {
      for (const wireEvent of wireEvents()) {
        const step = decoder.decode(wireEvent, state);
        state = step.state;
        events.push(...step.events);
      }
    } catch (error) {
      isLost = true;
      // A wire that this reader does not understand is not the provider's word for a failure.
      if (MaestroError.is(error) && error.code !== 'upstream.malformed') failure = error;
    }
    return events;
  };
  return {
    read: (bytes) => decoded(() => framing.push(bytes)),
    end() {
      const events = decoded(() => wholeEvents(framing.end()));
      if (isLost) return { events, isTruncated: false, ...(failure !== undefined && { failure }) };
      try {
        return { events: [...events, ...decoder.end(state)], isTruncated: false };
      } catch (error) {
        return { events, failure: MaestroError.from(error), isTruncated: true };
      }
    },
  };
}

/** Characters of a whole answer that are kept to be read; a longer one passes unread. */
const longestAnswer = 16 * 1024 * 1024;

/** Of an answer that comes whole. `eventsOf` is a dialect's. */
export function answerTap(eventsOf: (answer: unknown) => readonly StreamEvent[]): WireTap {
  let pieces: Uint8Array[] = [];
  let length = 0;
  return {
    read(bytes) {
      length += bytes.length;
      if (length <= longestAnswer) pieces.push(bytes);
      else pieces = [];
      return [];
    },
    end() {
      if (length > longestAnswer) return { events: [], isTruncated: false };
      try {
        return { events: eventsOf(jsonFrom(Buffer.concat(pieces).toString('utf8'))), isTruncated: false };
      } catch (error) {
        const isReported = MaestroError.is(error) && error.code !== 'upstream.malformed';
        return { events: [], isTruncated: false, ...(isReported && { failure: error }) };
      }
    },
  };
}
