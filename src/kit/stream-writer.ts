import type { StreamEncoder } from '../contracts/behaviours/stream-encoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import type { ServerSentEvent } from '../contracts/wire-request.js';
import type { StreamWriter } from './door.js';
import { sseText } from './sse-text.js';
import { milestoneTap } from './milestone-tap.js';
import type { TapDepth, WireTap } from './wire-tap.js';
import { answerTap, streamTap } from './wire-tap.js';

export const eventStreamType = 'text/event-stream';

/** An answer as a `text/event-stream` body. */
export function sseWriter<State extends StreamState>(encoder: StreamEncoder<State>): StreamWriter {
  let state: State | undefined;
  return {
    contentType: `${eventStreamType}; charset=utf-8`,
    write(event) {
      const step = encoder.encode(event, state);
      state = step.state;
      return { text: textOf(step.frames), notices: step.notices };
    },
    end: () => '',
    fail: (error) => textOf(encoder.fail(error, state)),
  };
}

function textOf(frames: readonly ServerSentEvent[]): string {
  let text = '';
  for (const frame of frames) text += sseText(frame);
  return text;
}

/** For an event stream that passed by and broke off. What was begun is ended first, so that the last words are read as an event. */
export function sseBreak(frames: string, contentType: string, tail: Uint8Array): string | undefined {
  if (!contentType.startsWith(eventStreamType)) return undefined;
  const isBetweenEvents = tail.length === 0 || /(?:\r\n|\n|\r)(?:\r\n|\n|\r)$/.test(Buffer.from(tail).toString('latin1'));
  return isBetweenEvents ? frames : `\n\n${frames}`;
}

export interface WireReaders<State extends StreamState> {
  readonly decoder: StreamDecoder<State>;
  readonly eventsOf: (answer: unknown) => readonly StreamEvent[];
  /** See `milestoneTap`. */
  readonly landmark: RegExp;
}

/** Reads along with a wire that streams by server-sent events and answers in JSON. */
export function sseOrJsonTap<State extends StreamState>(
  contentType: string,
  depth: TapDepth,
  readers: WireReaders<State>,
): WireTap | undefined {
  if (contentType.startsWith(eventStreamType)) {
    return depth === 'all' ? streamTap(readers.decoder) : milestoneTap(readers.decoder, readers.landmark);
  }
  return contentType.includes('json') ? answerTap(readers.eventsOf) : undefined;
}
