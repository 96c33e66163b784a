import type { ServerResponse } from 'node:http';

import type { Flow, Sink } from '../../contracts/flowing.js';
import type { AnswerPiece } from './turn-writer.js';
import { readersPatienceMs, TurnWriter } from './turn-writer.js';

/** How what flows is written. */
export interface Pouring<Batch, Piece extends AnswerPiece> {
  /** Empty: nothing is written. */
  pieceOf(batch: Batch): Piece;
  /** What ends the body, after a failure or without one. `undefined`: there are no words for it, the answer is seen to be broken. */
  lastOf(failure?: { readonly error: unknown }): AnswerPiece | undefined;
  /** Called when all is written that will be, before the end. */
  readonly onEnd?: () => void;
  /** Milliseconds that a reader may take nothing before it is given up; default 60,000. */
  readonly patienceMs?: number;
}

/**
 * Writes what flows from a source, as it comes and no faster than the reader takes it. Resolves when the answer is over, whoever
 * ended it; a reader who leaves ends the source.
 */
export function pour<Batch, Piece extends AnswerPiece>(
  raw: ServerResponse,
  flowInto: (sink: Sink<Batch>) => Flow,
  pouring: Pouring<Batch, Piece>,
): Promise<void> {
  return new Promise((resolve) => {
    new Pour(raw, pouring, resolve).begin(flowInto);
  });
}

class Pour<Batch, Piece extends AnswerPiece> implements Sink<Batch> {
  private readonly writer: TurnWriter<AnswerPiece>;
  private flow: Flow | undefined;
  private isOver = false;

  constructor(
    private readonly raw: ServerResponse,
    private readonly pouring: Pouring<Batch, Piece>,
    private readonly onOver: () => void,
  ) {
    this.writer = new TurnWriter(raw, pouring.patienceMs ?? readersPatienceMs, () => this.flow?.resume());
    raw.once('close', () => {
      this.writer.close();
      this.leave();
    });
  }

  begin(flowInto: (sink: Sink<Batch>) => Flow): void {
    this.flow = flowInto(this);
    if (this.isOver || this.raw.destroyed) this.leave();
  }

  take(batch: Batch): boolean {
    if (this.isOver || this.raw.destroyed) return false;
    try {
      const piece = this.pouring.pieceOf(batch);
      return piece.length === 0 || this.writer.write(piece);
    } catch (error) {
      this.end({ error });
      this.flow?.stop();
      return false;
    }
  }

  end(failure?: { readonly error: unknown }): void {
    if (this.isOver) return;
    this.isOver = true;
    this.writer.flush();
    const last = this.pouring.lastOf(failure);
    if (last === undefined) this.raw.destroy();
    else {
      if (last.length > 0) this.raw.write(last);
      this.pouring.onEnd?.();
      this.raw.end();
    }
    this.onOver();
  }

  private leave(): void {
    this.flow?.stop();
    if (this.isOver) return;
    this.isOver = true;
    this.onOver();
  }
}
