import type { ServerResponse } from 'node:http';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { RunningAnswer } from '../../core/chat/running-answers.js';

/** Aborted when the reader goes away before the answer is whole. */
export function goneAway(raw: ServerResponse): AbortSignal {
  const controller = new AbortController();
  onGone(raw, (reason) => {
    controller.abort(reason);
  });
  return controller.signal;
}

/** The answer is told when its reader goes away before it is whole. */
export function watchReader(raw: ServerResponse, answer: RunningAnswer): RunningAnswer {
  onGone(raw, answer.leave);
  return answer;
}

/** The answer's `close` tells that; the request's own comes as soon as its body is read. */
function onGone(raw: ServerResponse, tell: (reason: MaestroError) => void): void {
  raw.once('close', () => {
    if (!raw.writableFinished) tell(new MaestroError('request.cancelled', {}));
  });
}
