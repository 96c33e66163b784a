import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { CoreOptions, RefreshAheadOptions } from '../core-options.js';
import { coreOptions } from '../core-options.js';
import type { HealthFacts, HealthProbe } from '../health/health.port.js';
import { CallRate } from './call-rate.js';
import { ProviderBreaker } from './provider-breaker.js';
import type { RefreshClaim } from './refresh-store.port.js';
import { RefreshStore } from './refresh-store.port.js';
import { TokenRefresh } from './token-refresh.js';

/** Milliseconds beyond two looks: a database that is away makes a look last. */
const standstillMs = 30_000;

const defaults = { pollMs: 5_000, atOnce: 8, perProvider: 2, perSecond: 5 };

/**
 * Refreshes sessions before they expire. Every replica does it, none leads: what is due is claimed in the statement that looks for
 * it, so that each session is one replica's. A provider gets no more than it can take, and none waits behind another. Nothing of
 * it is kept in memory: what failed says in its row when it is due again.
 */
@Injectable()
export class RefreshAhead implements OnApplicationBootstrap, OnModuleDestroy, HealthProbe {
  private readonly logger = new Logger('RefreshAhead');
  private readonly limits: Required<RefreshAheadOptions>;
  private readonly rate: CallRate<ProviderId>;
  private readonly running = new Map<Promise<void>, ProviderId>();
  private round: Promise<void> = Promise.resolve();
  private ended = 0;
  private isOver = false;
  private roundAt: Date | undefined;
  private isAway = false;
  private idle: { readonly excluding: readonly ProviderId[]; readonly until: number } | undefined;
  private wake = (): void => undefined;

  constructor(
    @Inject(RefreshStore) private readonly store: Pick<RefreshStore, 'claimDue'>,
    @Inject(TokenRefresh) private readonly refresh: Pick<TokenRefresh, 'runClaimed' | 'lease'>,
    @Inject(ProviderBreaker) private readonly breaker: Pick<ProviderBreaker, 'resting'>,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(coreOptions) private readonly options: Pick<CoreOptions, 'refreshAhead'>,
  ) {
    this.limits = { ...defaults, ...options.refreshAhead };
    this.rate = new CallRate(this.limits.perSecond, () => this.clock.monotonic());
  }

  readonly name = 'refresh-ahead';

  /** That it stands still is no reason to take a gateway out of service: sessions are refreshed when they are used, too. */
  check(): Promise<void> {
    return Promise.resolve();
  }

  facts(): HealthFacts {
    if (this.options.refreshAhead === undefined) return { isOn: false };
    const since = this.roundAt === undefined ? undefined : this.clock.now().getTime() - this.roundAt.getTime();
    return {
      isOn: true,
      isAlive: since !== undefined && since < this.limits.pollMs * 2 + standstillMs,
      ...(since !== undefined && { secondsSinceRound: Math.round(since / 1_000) }),
      running: this.running.size,
    };
  }

  /** When it last saw to its work; absent: it has not begun. An older time than some polls ago says that it stands still. */
  get lastRoundAt(): Date | undefined {
    return this.roundAt;
  }

  onApplicationBootstrap(): void {
    if (this.options.refreshAhead !== undefined) this.round = this.work();
  }

  async onModuleDestroy(): Promise<void> {
    await this.stop();
  }

  /** Claims nothing more. What was begun is `TokenRefresh`'s to wait for. */
  async stop(): Promise<void> {
    this.isOver = true;
    this.wake();
    await this.round;
  }

  private async work(): Promise<void> {
    while (!this.isOver) {
      const { ended } = this;
      this.roundAt = this.clock.now();
      const claim = await this.claim();
      if (claim !== undefined) this.begin(claim);
      else await this.pause(ended);
    }
  }

  private async claim(): Promise<RefreshClaim | undefined> {
    const excluding = this.busy();
    if (this.running.size >= this.limits.atOnce || this.isIdle(excluding)) return undefined;
    try {
      const [claim] = await this.store.claimDue({ ...this.refresh.lease, limit: 1, excluding });
      this.isAway = false;
      if (claim === undefined) this.idle = { excluding, until: this.clock.monotonic() + this.limits.pollMs };
      return claim;
    } catch (error) {
      if (!this.isAway) this.logger.warn({ text: 'sessions that are due could not be looked for; the next look comes soon', error });
      this.isAway = true;
      return undefined;
    }
  }

  private begin(claim: RefreshClaim): void {
    const { provider } = claim.record;
    this.rate.take(provider);
    const running = this.refresh.runClaimed(claim).finally(() => {
      this.running.delete(running);
      this.ended += 1;
      this.wake();
    });
    this.running.set(running, provider);
  }

  /** Nothing was due a moment ago but sessions of these: to look again would read every one of those rows for nothing. */
  private isIdle(excluding: readonly ProviderId[]): boolean {
    if (this.idle === undefined || this.idle.until <= this.clock.monotonic()) return false;
    return this.idle.excluding.every((provider) => excluding.includes(provider));
  }

  /** Providers that have their fill, for now. */
  private busy(): readonly ProviderId[] {
    const { perProvider } = this.limits;
    const full = this.rate.keys.filter((provider) => this.runningOf(provider) >= perProvider || this.rate.waitOf(provider) > 0);
    return [...new Set([...full, ...this.breaker.resting])];
  }

  private runningOf(provider: ProviderId): number {
    return [...this.running.values()].filter((other) => other === provider).length;
  }

  private async pause(ended: number): Promise<void> {
    // Where one ended meanwhile, there may be room for what was left alone.
    if (this.ended !== ended || this.isOver) return;
    const look = this.limits.pollMs * (1 + Math.random() / 5);
    const waits = this.rate.keys.map((provider) => this.rate.waitOf(provider));
    const delay = Math.min(look, ...waits.filter((wait) => wait > 0));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delay).unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
