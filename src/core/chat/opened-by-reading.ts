import type { StreamEvent } from '../../contracts/stream-event.js';
import type { RetryPolicy } from './retries.js';
import { openedWithRetries } from './retries.js';

interface OpenedAnswer {
  readonly first: IteratorResult<StreamEvent>;
  readonly rest: AsyncIterator<StreamEvent>;
}

/**
 * An answer that its first read asks for, again where that helps. So a refusal is a failure of the stream like any other, seen
 * by whoever observes it.
 */
export function openedByReading(ask: () => Promise<AsyncIterator<StreamEvent>>, policy: RetryPolicy): AsyncIterable<StreamEvent> {
  const open = async (): Promise<OpenedAnswer> => {
    const rest = await ask();
    return { first: await rest.next(), rest };
  };
  let answer: AsyncIterator<StreamEvent> | undefined;
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (answer !== undefined) return answer.next();
        const { first, rest } = await openedWithRetries(open, policy);
        answer = rest;
        return first;
      },
      async return() {
        await answer?.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}
