import type { Flow, Flowing, Sink } from '../../contracts/flowing.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { batchesFrom } from '../../kit/flow.js';
import type { RetryPolicy } from './retries.js';
import { openedWithRetries } from './retries.js';

type Events = Flowing<StreamEvent, readonly StreamEvent[]>;

export interface OpenedAnswer {
  readonly first: IteratorResult<StreamEvent>;
  readonly rest: AsyncIterator<StreamEvent>;
  readonly flow: (sink: Sink<readonly StreamEvent[]>) => Flow;
}

/** Waits for the first event: a provider may refuse as late as that. */
export async function openedAnswer(asked: Promise<Events>): Promise<OpenedAnswer> {
  const events = await asked;
  const rest = events[Symbol.asyncIterator]();
  return { first: await rest.next(), rest, flow: (sink) => batchesFrom(events, sink, rest) };
}

/**
 * An answer that its first read asks for, again where that helps. So a refusal is a failure of the stream like any other, seen
 * by whoever observes it.
 */
export function openedByReading(open: () => Promise<OpenedAnswer>, policy: RetryPolicy): Events {
  let answer: OpenedAnswer | undefined;
  const events: AsyncIterableIterator<StreamEvent> = {
    [Symbol.asyncIterator]: () => events,
    async next() {
      if (answer !== undefined) return answer.rest.next();
      answer = await openedWithRetries(open, policy);
      return answer.first;
    },
    async return() {
      await answer?.rest.return?.();
      return { done: true, value: undefined };
    },
  };
  return {
    [Symbol.asyncIterator]: () => events,
    flow: (sink) => answer?.flow(sink) ?? batchesFrom(events, sink),
  };
}
