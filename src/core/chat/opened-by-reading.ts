import type { StreamEvent } from '../../contracts/stream-event.js';
import type { RetryPolicy } from './retries.js';
import { openedWithRetries } from './retries.js';

export interface OpenedAnswer {
  readonly first: IteratorResult<StreamEvent>;
  readonly rest: AsyncIterator<StreamEvent>;
}

/** Waits for the first event: a provider may refuse as late as that. */
export async function openedAnswer(asked: Promise<AsyncIterable<StreamEvent>>): Promise<OpenedAnswer> {
  const rest = (await asked)[Symbol.asyncIterator]();
  return { first: await rest.next(), rest };
}

/**
 * An answer that its first read asks for, again where that helps. So a refusal is a failure of the stream like any other, seen
 * by whoever observes it.
 */
export function openedByReading(open: () => Promise<OpenedAnswer>, policy: RetryPolicy): AsyncIterable<StreamEvent> {
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
