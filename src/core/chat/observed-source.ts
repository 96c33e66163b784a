import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Flow, Flowing, Sink } from '../../contracts/flowing.js';
import type { Audience } from './audience.js';
import type { StreamOutcome } from './stream-observer.port.js';

/** What watches over a request at a provider. */
export interface Watch {
  readonly audience: Audience;
  /** The signal of the request at the provider. */
  readonly signal: AbortSignal;
  /** Ends that request. */
  readonly abort: () => void;
  /** Called once, whatever the end. */
  readonly onEnd: () => void;
}

/** How the pieces of an answer are told of. */
export interface Passage<Piece, Batch> {
  /** What is handed on for a piece, which is told of. */
  pass(piece: Piece): Piece;
  /** The same for what comes together. */
  passAll(batch: Batch): Batch;
  /** The source is at its end. @throws where that is too early */
  conclude(): StreamOutcome;
  /** The source broke off. Gives an outcome where all was there by then: then that breaks nothing. */
  broken?(): StreamOutcome | undefined;
  /** The reader has had enough. */
  leave(): StreamOutcome;
}

/** A source that tells of itself once where it is pulled, and knows how to flow. */
export interface Source<Piece, Batch> extends AsyncIterableIterator<Piece> {
  flow(sink: Sink<Batch>): Flow;
}

/**
 * The one place between provider and reader. Changes nothing that is not the passage's to change, delays nothing, and ends the
 * provider's request as soon as the reader leaves, even while a read is under way (an async generator would wait for it).
 *
 * @param flowOf lets the source flow, whatever of it was pulled before
 */
export class ObservedSource<Piece, Batch> implements Source<Piece, Batch> {
  private readonly source: AsyncIterator<Piece>;
  private isOver = false;

  constructor(
    pieces: Flowing<Piece, Batch>,
    private readonly flowOf: (sink: Sink<Batch>, source: AsyncIterator<Piece>) => Flow,
    private readonly passage: Passage<Piece, Batch>,
    private readonly watch: Watch,
  ) {
    this.source = pieces[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Piece, undefined>> {
    if (this.isOver) return finished;
    const step = await this.step();
    if (step.done !== true) return step;
    const failure = this.concluded(step.value);
    if (failure !== undefined) throw failure.error;
    return finished;
  }

  async return(): Promise<IteratorResult<Piece, undefined>> {
    if (this.isOver) return finished;
    this.left();
    // Not waited for: a read that is under way comes first in the source's queue.
    void closed(this.source);
    return finished;
  }

  flow(sink: Sink<Batch>): Flow {
    if (this.isOver) {
      sink.end();
      return still;
    }
    const flow = this.flowOf(
      {
        take: (batch) => !this.isOver && sink.take(this.passage.passAll(batch)),
        end: (failure) => {
          if (this.isOver) return;
          sink.end(this.concluded(failure));
        },
      },
      this.source,
    );
    return {
      resume: () => {
        flow.resume();
      },
      stop: () => {
        if (this.isOver) return;
        this.left();
        flow.stop();
      },
    };
  }

  /** A failure of the source is its last step. */
  private async step(): Promise<IteratorResult<Piece, Broken | undefined>> {
    try {
      const step = await this.source.next();
      return step.done === true ? finished : { done: false, value: this.passage.pass(step.value) };
    } catch (error) {
      return { done: true, value: { error } };
    }
  }

  private concluded(failure: Broken | undefined): Broken | undefined {
    try {
      const outcome = failure === undefined ? this.passage.conclude() : this.brokenOutcome();
      if (outcome === undefined) return failure && { error: this.failed(failure.error) };
      this.over(outcome);
      if (failure !== undefined) this.watch.abort();
      return undefined;
    } catch (error) {
      return { error: this.failed(error) };
    }
  }

  private brokenOutcome(): StreamOutcome | undefined {
    // Who left is told of nothing any more.
    return this.isOver ? undefined : this.passage.broken?.();
  }

  private failed(error: unknown): unknown {
    const failure = failureOf(error, this.watch.signal);
    this.over({ kind: 'failed', error: failure });
    this.watch.abort();
    return failure;
  }

  private left(): void {
    this.over(this.passage.leave());
    this.watch.abort();
  }

  private over(outcome: StreamOutcome): void {
    if (this.isOver) return;
    this.isOver = true;
    this.watch.audience.end(outcome);
    this.watch.onEnd();
  }
}

interface Broken {
  readonly error: unknown;
}

const finished: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Of a source that is over. */
const still: Flow = { resume: () => undefined, stop: () => undefined };

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
