import type { ServerResponse } from 'node:http';

import type { ProblemDocument } from '../../contracts/errors/problem.js';
import type { Flowing } from '../../contracts/flowing.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { batchesFrom } from '../../kit/flow.js';
import { pour } from './pour.js';

export interface EventStreamOptions {
  /** What the reader is told when the stream fails after it began. */
  readonly problemFrom: (failure: unknown) => ProblemDocument;
  /** Milliseconds that a reader may take nothing before it is given up; default 60,000. */
  readonly patienceMs?: number;
}

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // nginx buffers answers unless told not to.
  'x-accel-buffering': 'no',
};

/**
 * Writes events as they come: `data:` and one JSON object each, numbered by `seq`. What the provider sent in one read goes
 * out in one write, in the same turn of the loop; the next is asked for only when the reader has room. A failure becomes one
 * `error` event. Resolves when the answer is over, whoever ended it.
 */
export function sendEventStream(
  raw: ServerResponse,
  events: Flowing<StreamEvent, readonly StreamEvent[]>,
  { problemFrom, ...options }: EventStreamOptions,
): Promise<void> {
  raw.writeHead(200, headers);
  let seq = 0;
  return pour(raw, (sink) => batchesFrom(events, sink), {
    ...options,
    pieceOf(batch: readonly StreamEvent[]) {
      let text = '';
      for (const event of batch) {
        text += eventFrame(event, seq);
        seq += 1;
      }
      return text;
    },
    lastOf: (failure) => (failure === undefined ? '' : `event: error\ndata: ${JSON.stringify(problemFrom(failure.error))}\n\n`),
  });
}

/** Spliced: copying the event to number it would cost more than writing it. */
function eventFrame(event: StreamEvent, seq: number): string {
  return `data: ${JSON.stringify(event).slice(0, -1)},"seq":${String(seq)}}\n\n`;
}
