import type { DestinationStream } from 'pino';

/** Characters that do not wait. */
const mostHeld = 64 * 1024;

/** Milliseconds. */
const gathering = 10;

export interface GatheredLines extends DestinationStream {
  /** Writes what waits. */
  readonly flush: () => void;
}

/**
 * Writes what is logged within a moment in one piece: a line for each request would cost as many system calls. What waits is written
 * when the process exits, also by an error that nobody caught; only who kills it loses a moment's lines.
 */
export function gatheredLines(out: DestinationStream, exits: Pick<NodeJS.Process, 'once'> = process): GatheredLines {
  let held = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (held === '') return;
    const lines = held;
    held = '';
    out.write(lines);
  };
  exits.once('exit', flush);
  return {
    write(line) {
      held += line;
      if (held.length >= mostHeld) flush();
      else timer ??= setTimeout(flush, gathering).unref();
    },
    flush,
  };
}
