import type { ServerResponse } from 'node:http';

import { MaestroError } from '../../contracts/errors/maestro-error.js';

/**
 * Aborted when the reader goes away before the answer is whole. The answer's `close` tells that; the request's own comes as
 * soon as its body is read.
 */
export function goneAway(raw: ServerResponse): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort(new MaestroError('request.cancelled', {}));
  });
  return controller.signal;
}
