import type { Flow, Flowing, Sink } from '../contracts/flowing.js';

/**
 * Lets a source flow whose batches are its pieces; one that cannot is read piece by piece.
 *
 * @param pieces where reading it has begun
 */
export function flowFrom<Piece>(source: Flowing<Piece>, sink: Sink<Piece>, pieces?: AsyncIterator<Piece>): Flow {
  return source.flow?.(sink) ?? pulled(pieces ?? source[Symbol.asyncIterator](), sink, (piece) => piece);
}

/** The same for a source whose batches are lists of its pieces. */
export function batchesFrom<Piece>(
  source: Flowing<Piece, readonly Piece[]>,
  sink: Sink<readonly Piece[]>,
  pieces?: AsyncIterator<Piece>,
): Flow {
  return source.flow?.(sink) ?? pulled(pieces ?? source[Symbol.asyncIterator](), sink, (piece) => [piece]);
}

function pulled<Piece, Batch>(pieces: AsyncIterator<Piece>, sink: Sink<Batch>, batchOf: (piece: Piece) => Batch): Flow {
  const reader = new Reader(pieces, sink, batchOf);
  reader.resume();
  return reader;
}

class Reader<Piece, Batch> implements Flow {
  private isOver = false;
  private isReading = false;
  private hasRoom = true;

  constructor(
    private readonly pieces: AsyncIterator<Piece>,
    private readonly sink: Sink<Batch>,
    private readonly batchOf: (piece: Piece) => Batch,
  ) {}

  resume(): void {
    this.hasRoom = true;
    if (!this.isReading) void this.read();
  }

  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    // Who left is told of nothing any more.
    void Promise.resolve(this.pieces.return?.()).catch(() => undefined);
  }

  private async read(): Promise<void> {
    this.isReading = true;
    while (this.hasRoom && !this.isOver) await this.readOne();
    this.isReading = false;
  }

  private async readOne(): Promise<void> {
    try {
      const step = await this.pieces.next();
      if (this.isOver) return;
      if (step.done === true) this.end();
      else if (!this.sink.take(this.batchOf(step.value))) this.hasRoom = false;
    } catch (error) {
      if (!this.isOver) this.end({ error });
    }
  }

  private end(failure?: { readonly error: unknown }): void {
    this.isOver = true;
    this.sink.end(failure);
  }
}
