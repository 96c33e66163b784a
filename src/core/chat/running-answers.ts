import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { Injectable, Module } from '@nestjs/common';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { HealthProbe } from '../health/health.port.js';
import { usualLimits } from '../limits.js';

/** An answer of a model that is under way. */
export interface RunningAnswer {
  /** Aborted when the reader goes away, or when the gateway stops and the answer has had its time. */
  readonly signal: AbortSignal;
  /** Its reader went away. */
  readonly leave: (reason: unknown) => void;
  end(): void;
}

/** Milliseconds for what was aborted to write its last frame. */
const farewellMs = 5_000;

/** Knows which answers are under way, so that a gateway that stops can let them finish. */
@Injectable()
export class RunningAnswers implements HealthProbe {
  readonly name = 'gateway';
  readonly #running = new Set<AbortController>();
  readonly #news = new EventEmitter<{ over: []; hurry: [] }>();
  #isDraining = false;
  #most = usualLimits.answers;

  /** From now on so many at a time. The native API beside chat has no part in that: who administers gets through. */
  limitTo(most: number): void {
    this.#most = most;
  }

  /** @throws MaestroError `gateway.shutting-down`, `gateway.busy` */
  begin(): RunningAnswer {
    if (this.#isDraining) throw new MaestroError('gateway.shutting-down', {});
    const most = this.#most;
    if (this.#running.size >= most) throw new MaestroError('gateway.busy', { most }, { retryAfterMs: 1_000 });
    const controller = new AbortController();
    this.#running.add(controller);
    return {
      signal: controller.signal,
      leave: (reason) => {
        controller.abort(reason);
      },
      end: () => {
        if (!this.#running.delete(controller)) return;
        if (this.#running.size === 0) this.#news.emit('over');
      },
    };
  }

  /** Not ready while draining, so that a load balancer sends nobody here any more. */
  async check(): Promise<void> {
    if (this.#isDraining) throw new MaestroError('gateway.shutting-down', {});
  }

  /**
   * Lets no new answer begin and gives those under way so many milliseconds; what still runs then is ended with an error
   * frame. Resolves when none runs. A further call makes the first one hurry.
   */
  async drain(milliseconds: number): Promise<void> {
    if (this.#isDraining) {
      this.#news.emit('hurry');
      return;
    }
    this.#isDraining = true;
    if (this.#running.size === 0) return;
    await Promise.race([once(this.#news, 'over'), once(this.#news, 'hurry'), after(milliseconds)]);
    for (const controller of this.#running) controller.abort(new MaestroError('gateway.shutting-down', {}));
    if (this.#running.size > 0) await Promise.race([once(this.#news, 'over'), after(farewellMs)]);
  }
}

function after(milliseconds: number): Promise<void> {
  return pause(milliseconds, undefined, { ref: false });
}

/** A module of its own, since readiness depends on it, and the routes on readiness. */
@Module({ providers: [RunningAnswers], exports: [RunningAnswers] })
export class RunningAnswersModule {}
