import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';

import { RunningAnswers } from './running-answers.js';

/** All of an answer that is looked at: whether it is whole when it closes. */
function anAnswer(): { readonly raw: ServerResponse; close(isWhole: boolean): void } {
  const emitter = Object.assign(new EventEmitter(), { writableFinished: false });
  return {
    raw: emitter as unknown as ServerResponse,
    close(isWhole) {
      emitter.writableFinished = isWhole;
      emitter.emit('close');
    },
  };
}

function reasonOf(signal: AbortSignal): unknown {
  return (signal.reason as { readonly code?: unknown } | undefined)?.code;
}

describe('running answers', () => {
  it('are aborted when their reader goes away before the end', () => {
    const running = new RunningAnswers();
    const [left, whole] = [anAnswer(), anAnswer()];
    const signals = [running.begin(left.raw).signal, running.begin(whole.raw).signal];

    left.close(false);
    whole.close(true);

    expect(signals.map((signal) => [signal.aborted, reasonOf(signal)])).toEqual([
      [true, 'request.cancelled'],
      [false, undefined],
    ]);
  });

  it('are let finish when the gateway stops; no new one begins, and it is not ready', async () => {
    const running = new RunningAnswers();
    const answer = running.begin(anAnswer().raw);
    await expect(running.check()).resolves.toBeUndefined();

    const drained = running.drain(3_600_000);

    expect(() => running.begin(anAnswer().raw)).toThrow(/shutting down/);
    await expect(running.check()).rejects.toMatchObject({ code: 'gateway.shutting-down' });
    answer.end();
    await drained;
    expect(answer.signal.aborted).toBe(false);
  });

  it('are ended with a reason when their time is over', async () => {
    const running = new RunningAnswers();
    const answer = running.begin(anAnswer().raw);
    answer.signal.addEventListener('abort', () => {
      answer.end();
    });

    await running.drain(0);

    expect(reasonOf(answer.signal)).toBe('gateway.shutting-down');
  });

  it('are ended at once when the stop is asked for again', async () => {
    const running = new RunningAnswers();
    const answer = running.begin(anAnswer().raw);
    answer.signal.addEventListener('abort', () => {
      answer.end();
    });

    const drained = running.drain(3_600_000);
    await running.drain(3_600_000);
    await drained;

    expect(answer.signal.aborted).toBe(true);
  });

  it('do not hold up a stop where there are none', async () => {
    const running = new RunningAnswers();
    running.begin(anAnswer().raw).end();

    await expect(running.drain(3_600_000)).resolves.toBeUndefined();
  });
});
