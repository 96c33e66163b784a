import type { ServerResponse } from 'node:http';

/** Milliseconds that a reader may take nothing before it is given up. */
export const readersPatienceMs = 60_000;

/** Characters; about what a socket takes at once. */
const flushAt = 16_384;

/** Writes what was read in one turn of the loop in one piece. */
export interface FrameWriter {
  write(frame: string): void;
  flush(): void;
  /** Resolves when the reader has room again; `undefined` where it has. */
  room(): Promise<void> | undefined;
}

export function frameWriter(raw: ServerResponse, patienceMs: number): FrameWriter {
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
export function drained(raw: ServerResponse, patienceMs: number): Promise<void> {
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
