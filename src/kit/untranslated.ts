import type { StreamEvent } from '../contracts/stream-event.js';

/** Tells in the first event what the request said and the provider's wire could not. */
export function withUntranslated(stream: AsyncIterable<StreamEvent>, names: readonly string[]): AsyncIterable<StreamEvent> {
  if (names.length === 0) return stream;
  return {
    [Symbol.asyncIterator]() {
      const events = stream[Symbol.asyncIterator]();
      let isFirst = true;
      return {
        async next() {
          const step = await events.next();
          if (!isFirst || step.done === true) return step;
          isFirst = false;
          return step.value.type === 'message-start' ? { done: false, value: { ...step.value, untranslated: names } } : step;
        },
        async return() {
          await events.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
