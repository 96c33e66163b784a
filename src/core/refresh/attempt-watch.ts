import { Inject, Injectable } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { SessionRecord } from '../../contracts/session.js';
import type { RefreshEnd, RefreshObserver } from './refresh-observer.port.js';
import { refreshObservers } from './refresh-observer.port.js';
import type { RefreshClaim } from './refresh-store.port.js';

/** `lost`: somebody else has the session now. `again`: it is worth another call at once. In both cases look anew. */
export type AttemptEnd = { readonly record: SessionRecord } | 'lost' | 'again';

/** Knows of the attempts of this process, and tells how each ended. */
@Injectable()
export class AttemptWatch {
  private leases = 0;

  constructor(
    @Inject(refreshObservers) private readonly observers: readonly RefreshObserver[],
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Leases that this process holds. */
  get underWay(): number {
    return this.leases;
  }

  async over(claim: RefreshClaim, attempt: () => Promise<AttemptEnd>): Promise<AttemptEnd> {
    const begin = this.clock.monotonic();
    this.leases += 1;
    try {
      const end = await attempt();
      this.tell(claim, outcomeOf(end, claim), begin);
      return end;
    } catch (error) {
      this.tell(claim, MaestroError.from(error).code, begin);
      throw error;
    } finally {
      this.leases -= 1;
    }
  }

  private tell({ record: { provider } }: RefreshClaim, outcome: RefreshEnd['outcome'], begin: number): void {
    const milliseconds = this.clock.monotonic() - begin;
    for (const observe of this.observers) observe({ provider, outcome, milliseconds });
  }
}

function outcomeOf(end: AttemptEnd, { record }: RefreshClaim): RefreshEnd['outcome'] {
  if (end === 'lost' || end === 'again') return end;
  return end.record.secretVersion === record.secretVersion ? 'postponed' : 'refreshed';
}
