import type { ServerResponse } from 'node:http';

import type { ProblemDocument } from '../../contracts/errors/problem.js';
import type { StreamEvent } from '../../contracts/stream-event.js';

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

/** Characters; about what a socket takes at once. */
const flushAt = 16_384;

/**
 * Writes events as they come: `data:` and one JSON object each, numbered by `seq`. What the provider sent in one read goes
 * out in one write, in the same turn of the loop; the next event is asked for only when the reader has room. A failure
 * becomes one `error` event. Resolves when the answer is over, whoever ended it.
 */
export async function sendEventStream(raw: ServerResponse, events: AsyncIterable<StreamEvent>, options: EventStreamOptions): Promise<void> {
  raw.writeHead(200, headers);
  const frames = frameWriter(raw, options.patienceMs ?? 60_000);
  try {
    let seq = 0;
    for await (const event of events) {
      frames.write(eventFrame(event, seq));
      seq += 1;
      const room = frames.room();
      if (room !== undefined) await room;
      if (raw.destroyed) return;
    }
  } catch (failure) {
    frames.write(`event: error\ndata: ${JSON.stringify(options.problemFrom(failure))}\n\n`);
  }
  frames.flush();
  raw.end();
}

/** Spliced: copying the event to number it would cost more than writing it. */
function eventFrame(event: StreamEvent, seq: number): string {
  return `data: ${JSON.stringify(event).slice(0, -1)},"seq":${String(seq)}}\n\n`;
}

interface FrameWriter {
  write(frame: string): void;
  flush(): void;
  /** Resolves when the reader has room again; `undefined` where it has. */
  room(): Promise<void> | undefined;
}

function frameWriter(raw: ServerResponse, patienceMs: number): FrameWriter {
  let pending = '';
  let room: Promise<void> | undefined;
  const flush = (): void => {
    if (pending === '' || raw.destroyed) return;
    const text = pending;
    pending = '';
    if (raw.write(text)) return;
    room = drained(raw, patienceMs).then(() => {
      room = undefined;
    });
  };
  return {
    write(frame) {
      // A tick queued from a promise runs when no promise is left to run: then the whole read has been seen.
      if (pending === '') process.nextTick(flush);
      pending += frame;
      if (pending.length >= flushAt) flush();
    },
    flush,
    room: () => room,
  };
}

/** Resolves as well when the reader is gone, or was given up. */
function drained(raw: ServerResponse, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => {
      raw.destroy();
    }, patienceMs);
    const settle = (): void => {
      clearTimeout(giveUp);
      raw.off('drain', settle);
      raw.off('close', settle);
      resolve();
    };
    raw.once('drain', settle);
    raw.once('close', settle);
  });
}
