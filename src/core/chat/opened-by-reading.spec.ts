import { codeOf } from '../../../test/support/code-of.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { openedAnswer, openedByReading } from './opened-by-reading.js';
import type { RetryPolicy } from './retries.js';

const hello: StreamEvent = { type: 'text-delta', part: 0, text: 'Hello' };
const end: StreamEvent = { type: 'message-end', reason: 'stop' };

function policy(retries: number): RetryPolicy {
  const means = { wait: () => Promise.resolve(), random: () => 0 };
  return { retries, means, signal: new AbortController().signal, onRetry: () => undefined };
}

async function* answer(): AsyncGenerator<StreamEvent> {
  yield hello;
  yield end;
}

async function collected(source: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of source) events.push(event);
  return events;
}

describe('an answer that its first read asks for', () => {
  it('is asked for once, and not before it is read', async () => {
    let asked = 0;
    const source = openedByReading(() => {
      asked += 1;
      return openedAnswer(Promise.resolve(answer()));
    }, policy(2));

    expect(asked).toBe(0);
    expect(await collected(source)).toEqual([hello, end]);
    expect(asked).toBe(1);
  });

  it('is asked for again where the first event is a refusal that may pass', async () => {
    let asked = 0;
    const source = openedByReading(() => {
      asked += 1;
      return asked === 1
        ? Promise.reject(new MaestroError('upstream.overloaded', { provider: 'acme' }))
        : openedAnswer(Promise.resolve(answer()));
    }, policy(2));

    expect(await collected(source)).toEqual([hello, end]);
    expect(asked).toBe(2);
  });

  it('fails in its first read where it is refused for good', async () => {
    const refusal = new MaestroError('upstream.quota-exhausted', { provider: 'acme' });

    expect(await codeOf(collected(openedByReading(() => Promise.reject(refusal), policy(2))))).toBe('upstream.quota-exhausted');
  });

  it('that nobody read is left without a word', async () => {
    const source = openedByReading(() => Promise.reject(new Error('nobody asks')), policy(0))[Symbol.asyncIterator]();

    expect(await source.return?.()).toEqual({ done: true, value: undefined });
  });
});
