import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { RunningAnswers } from './running-answers.js';

function reasonOf(signal: AbortSignal): unknown {
  return (signal.reason as { readonly code?: unknown } | undefined)?.code;
}

describe('running answers', () => {
  it('are aborted when their reader goes away, and no others', () => {
    const running = new RunningAnswers();
    const answers = [running.begin(), running.begin()];
    const signals = answers.map(({ signal }) => signal);

    answers[0]?.leave(new MaestroError('request.cancelled', {}));

    expect(signals.map((signal) => [signal.aborted, reasonOf(signal)])).toEqual([
      [true, 'request.cancelled'],
      [false, undefined],
    ]);
  });

  it('are so many at a time as the process bears, and told when to come again', () => {
    const running = new RunningAnswers();
    running.limitTo(2);
    const first = running.begin();
    running.begin();

    expect(() => running.begin()).toThrow(new MaestroError('gateway.busy', { most: 2 }));
    first.end();
    running.begin();
    expect(() => running.begin()).toThrow(/2 answers are under way/);
  });

  it('are let finish when the gateway stops; no new one begins, and it is not ready', async () => {
    const running = new RunningAnswers();
    const answer = running.begin();
    await expect(running.check()).resolves.toBeUndefined();

    const drained = running.drain(3_600_000);

    expect(() => running.begin()).toThrow(/shutting down/);
    await expect(running.check()).rejects.toMatchObject({ code: 'gateway.shutting-down' });
    answer.end();
    await drained;
    expect(answer.signal.aborted).toBe(false);
  });

  it('are ended with a reason when their time is over', async () => {
    const running = new RunningAnswers();
    const answer = running.begin();
    answer.signal.addEventListener('abort', () => {
      answer.end();
    });

    await running.drain(0);

    expect(reasonOf(answer.signal)).toBe('gateway.shutting-down');
  });

  it('are ended at once when the stop is asked for again', async () => {
    const running = new RunningAnswers();
    const answer = running.begin();
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
    running.begin().end();

    await expect(running.drain(3_600_000)).resolves.toBeUndefined();
  });
});
