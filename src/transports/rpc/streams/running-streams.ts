import { Injectable } from '@nestjs/common';

import type { Owner } from '../owner.js';

/** What can be said about an answer that is under way. */
export interface RunningStream {
  /** Its reader is there, and has taken so many events by now. */
  hear(received?: number): void;
  cancel(): void;
}

/** The answers that this process is giving, by who began them and what they call them: nobody finds another's. */
@Injectable()
export class RunningStreams {
  readonly #streams = new Map<string, RunningStream>();

  /** @returns what takes it away again */
  add(owner: Owner, id: string, stream: RunningStream): () => void {
    const key = keyOf(owner, id);
    this.#streams.set(key, stream);
    return () => {
      if (this.#streams.get(key) === stream) this.#streams.delete(key);
    };
  }

  find(owner: Owner, id: string): RunningStream | undefined {
    return this.#streams.get(keyOf(owner, id));
  }
}

function keyOf(owner: Owner, id: string): string {
  return `${owner} ${id}`;
}
