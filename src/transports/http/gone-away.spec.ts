import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

import { goneAway } from './gone-away.js';

/** All of an answer that is looked at: whether it is whole when it closes. */
function closed(isWhole: boolean): AbortSignal {
  const emitter = Object.assign(new EventEmitter(), { writableFinished: isWhole });
  const signal = goneAway(emitter as unknown as ServerResponse);
  emitter.emit('close');
  return signal;
}

describe('a reader', () => {
  it('is gone when the answer closes before its end', () => {
    expect(closed(false)).toMatchObject({ aborted: true, reason: { code: 'request.cancelled' } });
  });

  it('is not gone when it has read to the end', () => {
    expect(closed(true).aborted).toBe(false);
  });
});
