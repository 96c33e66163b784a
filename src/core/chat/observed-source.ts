import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { StreamObserver, StreamOutcome } from './stream-observer.port.js';

/** What watches over a request at a provider. */
export interface Watch {
  readonly observers: readonly StreamObserver[];
  /** The signal of the request at the provider. */
  readonly signal: AbortSignal;
  /** Ends that request. */
  readonly abort: () => void;
  /** Called once, whatever the end. */
  readonly onEnd: () => void;
  readonly onObserverFault: (error: unknown) => void;
}

/** How the pieces of an answer are told of. */
export interface Passage<Piece> {
  /** What is handed on for a piece. */
  pass(piece: Piece, tell: (event: StreamEvent) => void): Piece;
  /** The source is at its end. @throws where that is too early */
  conclude(tell: (event: StreamEvent) => void): StreamOutcome;
  /** The reader has had enough. */
  leave(): StreamOutcome;
}

/**
 * The one place between provider and reader. Changes nothing that is not the passage's to change, delays nothing, and ends the
 * provider's request as soon as the reader leaves, even while a read is under way (an async generator would wait for it).
 */
export function observedSource<Piece>(pieces: AsyncIterable<Piece>, passage: Passage<Piece>, watch: Watch): AsyncIterableIterator<Piece> {
  const source = pieces[Symbol.asyncIterator]();
  let isOver = false;

  const notify = (notice: (observer: StreamObserver) => void): void => {
    notifyAll(watch, notice);
  };
  const tell = (event: StreamEvent): void => {
    notify((observer) => observer.event?.(event));
  };
  const end = (outcome: StreamOutcome): void => {
    if (isOver) return;
    isOver = true;
    notify((observer) => observer.end?.(outcome));
    watch.onEnd();
  };

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (isOver) return finished;
      try {
        const step = await source.next();
        if (step.done !== true) return { done: false, value: passage.pass(step.value, tell) };
        end(passage.conclude(tell));
        return finished;
      } catch (error) {
        const failure = failureOf(error, watch.signal);
        end({ kind: 'failed', error: failure });
        watch.abort();
        throw failure;
      }
    },
    async return() {
      if (isOver) return finished;
      end(passage.leave());
      watch.abort();
      // Not waited for: a read that is under way comes first in the source's queue.
      void closed(source);
      return finished;
    },
  };
}

/** One observer's fault is no other's, and not the reader's. */
export function notifyAll(
  { observers, onObserverFault }: Pick<Watch, 'observers' | 'onObserverFault'>,
  notice: (observer: StreamObserver) => void,
): void {
  for (const observer of observers) {
    try {
      notice(observer);
    } catch (error) {
      onObserverFault(error);
    }
  }
}

const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** After an abort, whatever broke broke because of it. */
export function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted || MaestroError.is(error)) return error;
  return cancelled(signal, error);
}

/** Why an aborted request ended: what the one who aborted it said, else that it was cancelled. */
export function cancelled(signal: AbortSignal, cause?: unknown): MaestroError {
  const reason: unknown = signal.reason;
  return MaestroError.is(reason) ? reason : new MaestroError('request.cancelled', {}, { cause });
}

async function closed(source: AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // The reader is gone, and the abort is what broke it.
  }
}
