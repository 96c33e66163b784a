import { setImmediate } from 'node:timers';

import type { DestinationStream } from 'pino';

/** Characters that do not wait for the turn to end. */
const mostHeld = 64 * 1024;

/**
 * Writes what is logged in one turn of the loop in one piece: a line for each request would cost as many system calls. What waits
 * is written when the process exits, also by an error that nobody caught.
 */
export function gatheredLines(out: DestinationStream, exits: Pick<NodeJS.Process, 'once'> = process): DestinationStream {
  let held = '';
  const flush = (): void => {
    if (held === '') return;
    const lines = held;
    held = '';
    out.write(lines);
  };
  exits.once('exit', flush);
  return {
    write(line) {
      if (held === '') setImmediate(flush);
      held += line;
      if (held.length >= mostHeld) flush();
    },
  };
}
