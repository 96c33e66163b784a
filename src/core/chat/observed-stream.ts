import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { StreamObserver, StreamOutcome } from './stream-observer.port.js';

export interface ObservedStreamParts {
  readonly streamId: string;
  readonly provider: string;
  readonly source: AsyncIterable<StreamEvent>;
  readonly observers: readonly StreamObserver[];
  /** The signal of the request at the provider. */
  readonly signal: AbortSignal;
  /** Ends that request. */
  readonly abort: () => void;
  /** Called once, whatever the end. */
  readonly onEnd: () => void;
  readonly onObserverFault: (error: unknown) => void;
}

/**
 * The one place between provider and reader. Changes nothing but the stream's id in its first event, delays nothing, and ends
 * the provider's request as soon as the reader leaves, even while a read is under way (an async generator would wait for it).
 */
export function observedStream(parts: ObservedStreamParts): AsyncIterableIterator<StreamEvent> {
  const { streamId, provider, signal, abort } = parts;
  const source = parts.source[Symbol.asyncIterator]();
  let isOver = false;
  let isComplete = false;

  const tell = (notice: (observer: StreamObserver) => void): void => {
    for (const observer of parts.observers) {
      try {
        notice(observer);
      } catch (error) {
        parts.onObserverFault(error);
      }
    }
  };
  const end = (outcome: StreamOutcome): void => {
    if (isOver) return;
    isOver = true;
    tell((observer) => observer.end?.(outcome));
    parts.onEnd();
  };
  const pull = async (): Promise<IteratorResult<StreamEvent>> => {
    const step = await source.next();
    if (step.done === true && !isComplete) throw new MaestroError('upstream.truncated', { provider });
    return step;
  };

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (isOver) return finished;
      try {
        const step = await pull();
        if (step.done === true) {
          end({ kind: 'finished' });
          return finished;
        }
        const event = withStreamId(step.value, streamId);
        isComplete ||= event.type === 'message-end';
        tell((observer) => observer.event?.(event));
        return { done: false, value: event };
      } catch (error) {
        const failure = failureOf(error, signal);
        end({ kind: 'failed', error: failure });
        abort();
        throw failure;
      }
    },
    async return() {
      if (isOver) return finished;
      end({ kind: isComplete ? 'finished' : 'left' });
      abort();
      // Not waited for: a read that is under way comes first in the source's queue.
      void closed(source);
      return finished;
    },
  };
}

const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };

function withStreamId(event: StreamEvent, streamId: string): StreamEvent {
  return event.type === 'message-start' ? { ...event, streamId } : event;
}

/** After an abort, whatever broke broke because of it. */
function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted || MaestroError.is(error)) return error;
  return cancelled(signal, error);
}

/** Why an aborted request ended: what the one who aborted it said, else that it was cancelled. */
export function cancelled(signal: AbortSignal, cause?: unknown): MaestroError {
  const reason: unknown = signal.reason;
  return MaestroError.is(reason) ? reason : new MaestroError('request.cancelled', {}, { cause });
}

async function closed(source: AsyncIterator<StreamEvent>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // The reader is gone, and the abort is what broke it.
  }
}
