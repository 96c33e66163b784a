import type { ServerResponse } from 'node:http';

/** Milliseconds that a reader may take nothing before it is given up. */
export const readersPatienceMs = 60_000;

/** Characters or bytes; about what a socket takes at once. */
const flushAt = 16_384;

/** All of one kind in one answer. */
export type AnswerPiece = string | Uint8Array;

/** Writes in one piece what comes in one turn of the loop. */
export class TurnWriter<Piece extends AnswerPiece> {
  private pending: Piece[] = [];
  private length = 0;
  private hasRoom = true;
  private giveUp: NodeJS.Timeout | undefined;

  constructor(
    private readonly raw: ServerResponse,
    private readonly patienceMs: number,
    private readonly onRoom: () => void,
  ) {}

  /** @returns whether the reader has room for more; `onRoom` tells when it has again */
  write(piece: Piece): boolean {
    // A tick that is queued while a read is handled, or from a promise, runs when the whole read has been seen.
    if (this.pending.push(piece) === 1) process.nextTick(flush, this);
    this.length += piece.length;
    if (this.length >= flushAt) this.flush();
    return this.hasRoom;
  }

  flush(): void {
    const { pending, raw } = this;
    if (pending.length === 0) return;
    this.pending = [];
    this.length = 0;
    if (!raw.destroyed && !raw.write(joined(pending)) && this.hasRoom) this.waitForRoom();
  }

  /** Nothing is waited for any more. */
  close(): void {
    clearTimeout(this.giveUp);
  }

  private waitForRoom(): void {
    this.hasRoom = false;
    this.giveUp = setTimeout(() => {
      this.raw.destroy();
    }, this.patienceMs);
    this.raw.once('drain', () => {
      this.close();
      this.hasRoom = true;
      this.onRoom();
    });
  }
}

function flush(writer: TurnWriter<AnswerPiece>): void {
  writer.flush();
}

function joined(pieces: readonly AnswerPiece[]): AnswerPiece {
  const [first = ''] = pieces;
  if (pieces.length === 1) return first;
  return typeof first === 'string' ? pieces.join('') : Buffer.concat(pieces.filter((piece) => typeof piece !== 'string'));
}
