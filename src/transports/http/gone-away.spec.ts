import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

import { RunningAnswers } from '../../core/chat/running-answers.js';
import { goneAway, watchReader } from './gone-away.js';

type Watch = (raw: ServerResponse) => AbortSignal;

const ways: readonly (readonly [string, Watch])[] = [
  ['an answer under way', (raw) => watchReader(raw, new RunningAnswers().begin()).signal],
  ['any other', goneAway],
];

describe.each(ways)('the reader of %s', (_name, watch) => {
  /** All of an answer that is looked at: whether it is whole when it closes. */
  function closed(isWhole: boolean): AbortSignal {
    const emitter = Object.assign(new EventEmitter(), { writableFinished: isWhole });
    const signal = watch(emitter as unknown as ServerResponse);
    emitter.emit('close');
    return signal;
  }

  it('is gone when the answer closes before its end', () => {
    expect(closed(false)).toMatchObject({ aborted: true, reason: { code: 'request.cancelled' } });
  });

  it('is not gone when it has read to the end', () => {
    expect(closed(true).aborted).toBe(false);
  });
});
