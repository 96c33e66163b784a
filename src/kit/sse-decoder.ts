import { createParser } from 'eventsource-parser';

import type { ServerSentEvent } from '../contracts/wire-request.js';

export interface SseLimits {
  /** Characters of one event, fields and separators included; default 8 Mi. */
  readonly maxEventLength?: number;
}

/** Reads a `text/event-stream` body piece by piece. Framing and byte cuts make no difference to what comes out. */
export interface SseDecoder {
  /** The events that this piece completes. @throws RangeError where one event grows over the limit */
  push(bytes: Uint8Array): readonly ServerSentEvent[];
  /**
   * The body ended: an event without its closing blank line, which the standard would drop and some providers send last.
   * It may be cut in the middle.
   */
  end(): readonly ServerSentEvent[];
  /** Lines that are no field of an event stream (a bare JSON error); at most the first 64 Ki characters of them. */
  readonly strayText: string;
}

const maxStrayLength = 65_536;

export function sseDecoder({ maxEventLength = 8 * 1024 * 1024 }: SseLimits = {}): SseDecoder {
  // undici's setEncoding does not decode; a character cut over two reads needs the streaming decoder, which takes the BOM off too.
  const text = new TextDecoder();
  let events: ServerSentEvent[] = [];
  let strayText = '';
  const parser = createParser({
    maxBufferSize: maxEventLength,
    onEvent: ({ event, data }) => {
      events.push(event === undefined ? { data } : { event, data });
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw new RangeError('an event is over the size limit');
      if (error.type === 'unknown-field') strayText = `${strayText}${error.line ?? ''}\n`.slice(0, maxStrayLength);
    },
  });
  const taken = (): readonly ServerSentEvent[] => {
    const batch = events;
    events = [];
    return batch;
  };
  return {
    push(bytes) {
      parser.feed(text.decode(bytes, { stream: true }));
      return taken();
    },
    end() {
      parser.feed(text.decode());
      parser.feed('\n\n');
      return taken();
    },
    get strayText() {
      return strayText;
    },
  };
}
