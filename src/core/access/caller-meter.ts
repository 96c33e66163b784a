import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';

/** Milliseconds. */
const minute = 60_000;

/** Requests that may come at once: what a minute's limit leaves after `at`. */
interface Bucket {
  readonly left: number;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** Counts what callers with limits do. In this process alone: each replica lets a caller do as much. */
@Injectable()
export class CallerMeter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #streams = new Map<string, number>();

  constructor(@Inject(Clock) private readonly clock: Clock) {}

  /** One request more. @throws MaestroError `caller.rate-limited`, with the time until the next one may come */
  count({ id, limits }: Caller): void {
    const perMinute = limits?.requestsPerMinute;
    if (perMinute === undefined) return;
    const at = this.clock.monotonic();
    const known = this.#buckets.get(id) ?? { left: perMinute, at };
    const left = Math.min(perMinute, known.left + ((at - known.at) * perMinute) / minute);
    if (left < 1) {
      throw new MaestroError('caller.rate-limited', { perMinute }, { retryAfterMs: Math.ceil(((1 - left) * minute) / perMinute) });
    }
    this.#buckets.set(id, { left: left - 1, at });
  }

  /**
   * One answer more under way, until the returned function is called; a second call of it does nothing.
   *
   * @throws MaestroError `caller.too-many-streams`
   */
  begin({ id, limits }: Caller): () => void {
    const most = limits?.streams;
    if (most === undefined) return () => undefined;
    const running = this.#streams.get(id) ?? 0;
    if (running >= most) throw new MaestroError('caller.too-many-streams', { most }, { retryAfterMs: 1_000 });
    this.#streams.set(id, running + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (this.#streams.get(id) ?? 1) - 1;
      if (left > 0) this.#streams.set(id, left);
      else this.#streams.delete(id);
    };
  }
}
