import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { Room, StreamPatience } from './stream-patience.js';

export interface ReadingOptions extends Pick<StreamPatience, 'silenceMs' | 'patienceMs'> {
  readonly room: Room;
  /** The reader promised to be heard from. */
  readonly isAcknowledging: boolean;
}

/**
 * How far a reader is that can only be heard, not seen: what was sent and not acknowledged is never more than the room there is,
 * and a reader that promised to be heard from and is not, or that leaves the room full, is given up.
 */
export class Reading {
  readonly #controller = new AbortController();
  readonly #options: ReadingOptions;
  readonly #silence: NodeJS.Timeout | undefined;
  /** Bytes of each event that waits to be acknowledged. */
  readonly #waiting: number[] = [];
  #bytes = 0;
  #received = 0;
  #proceed: (() => void) | undefined;
  #impatience: NodeJS.Timeout | undefined;

  constructor(options: ReadingOptions) {
    this.#options = options;
    if (options.isAcknowledging) {
      this.#silence = setTimeout(() => {
        this.#controller.abort(new MaestroError('request.cancelled', {}));
      }, options.silenceMs);
    }
  }

  /** Aborted when the reader is given up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The reader is there, and has taken so many events by now. */
  hear(received = 0): void {
    this.#silence?.refresh();
    const sent = this.#received + this.#waiting.length;
    const taken = Math.min(received, sent) - this.#received;
    if (taken <= 0) return;
    for (const bytes of this.#waiting.splice(0, taken)) this.#bytes -= bytes;
    this.#received += taken;
    if (this.#hasRoom()) this.#go();
    else this.#impatience?.refresh();
  }

  sent(bytes: number): void {
    this.#waiting.push(bytes);
    this.#bytes += bytes;
  }

  /** Resolves when there is room for one event more, or the reader was given up; `undefined` where there is room. */
  room(): Promise<void> | undefined {
    if (this.#hasRoom() || this.signal.aborted) return undefined;
    return new Promise((resolve) => {
      this.#impatience = setTimeout(() => {
        this.#controller.abort(new MaestroError('stream.overflow', { waiting: this.#waiting.length }));
        this.#go();
      }, this.#options.patienceMs);
      this.#proceed = resolve;
    });
  }

  /** The answer is over. */
  end(): void {
    clearTimeout(this.#silence);
    this.#go();
  }

  #hasRoom(): boolean {
    return this.#waiting.length < this.#options.room.events && this.#bytes < this.#options.room.bytes;
  }

  #go(): void {
    clearTimeout(this.#impatience);
    this.#proceed?.();
    this.#proceed = undefined;
  }
}
