import { hostname } from 'node:os';

import { Inject, Injectable, Logger } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { SessionRecord } from '../../contracts/session.js';
import { ProviderBreaker } from './provider-breaker.js';
import type { AttemptEnd } from './attempt-watch.js';
import { RefreshAttempt } from './refresh-attempt.js';
import { sparesAccessToken } from './refresh-failure.js';
import type { RefreshClaim, RefreshState } from './refresh-store.port.js';
import { RefreshStore } from './refresh-store.port.js';
import { RefreshTimes } from './refresh-times.js';

/** `due`: close to its end. `rejected`: the provider did not take it. `manual`: somebody wants it, whatever failed before. */
export type RefreshReason = 'due' | 'rejected' | 'manual';

export interface WaitOptions {
  /** Ends the waiting, never the refresh. */
  readonly signal?: AbortSignal;
}

/**
 * New tokens for a session, once, however many callers, processes and machines ask for them: one flight in a process, one
 * lease in the database. What is asked for is a successor of the secret that the caller saw: a newer one is the answer at once.
 */
@Injectable()
export class TokenRefresh {
  private readonly logger = new Logger('Refresh');
  private readonly flights = new Map<string, Promise<SessionRecord>>();
  private readonly owner = `${hostname()}/${String(process.pid)}`;

  constructor(
    @Inject(RefreshStore) private readonly store: RefreshStore,
    @Inject(RefreshAttempt) private readonly attempt: RefreshAttempt,
    @Inject(ProviderBreaker) private readonly breaker: ProviderBreaker,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(RefreshTimes) private readonly times: RefreshTimes,
  ) {}

  /**
   * @param seen the session with the secret that is to be replaced
   * @throws MaestroError `session.refresh-busy` (somebody else takes long), `session.refresh-paused` (it failed a moment ago),
   * `session.reauth-required`, `session.disabled`, `session.not-found`, `oauth.misconfigured`, `database.unavailable`, upstream errors
   */
  async ensureFresh(seen: SessionRecord, reason: RefreshReason, { signal }: WaitOptions = {}): Promise<SessionRecord> {
    const running = this.flights.get(keyOf(seen));
    const joined = running && (await this.waited(running, seen, signal).catch((error: unknown) => seenIfPaused(error, seen, reason)));
    if (joined !== undefined && joined.secretVersion !== seen.secretVersion) return joined;
    // What somebody else had begun was put off, for a reason that is none for this caller.
    const flight = this.flights.get(keyOf(seen)) ?? this.begin(seen, () => this.refreshed(seen, reason));
    return this.waited(flight, seen, signal);
  }

  /** For whoever claims sessions whose time has come. Never fails: what goes wrong is in the row, the ledger and the log. */
  async runClaimed(claim: RefreshClaim): Promise<void> {
    const { record } = claim;
    const work = async (): Promise<SessionRecord> => {
      this.breaker.check(record.provider);
      return recordOf(await this.attempt.run(claim, { isUrgent: false, isAccessTokenDead: false })) ?? record;
    };
    await this.begin(record, work).catch((error: unknown) => {
      this.logger.warn({ text: `session ${record.id} could not be refreshed`, error });
    });
  }

  /** What a claim is made with. */
  get lease(): { readonly owner: string; readonly leaseMs: number } {
    return { owner: this.owner, leaseMs: this.times.leaseMs };
  }

  /** Refreshes under way in this process. */
  get running(): number {
    return this.flights.size;
  }

  /** Waits for what runs, for 30 s at most. */
  async settled(): Promise<void> {
    const all = Promise.allSettled(this.flights.values());
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.times.shutdownMs);
    });
    await Promise.race([all, patience]);
    clearTimeout(timer);
  }

  /** A flight ends by itself: nobody's leaving cancels it. */
  private begin(seen: SessionRecord, work: () => Promise<SessionRecord>): Promise<SessionRecord> {
    const key = keyOf(seen);
    const flight = work().finally(() => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    });
    this.flights.set(key, flight);
    // Whoever waits hears of it; where nobody waits any more, that is no fault of the process.
    flight.catch(() => undefined);
    return flight;
  }

  private async refreshed(seen: SessionRecord, reason: RefreshReason): Promise<SessionRecord> {
    const since = this.clock.monotonic();
    for (;;) {
      const state = await this.store.look(seen.id);
      if (state === undefined) throw new MaestroError('session.not-found', { session: seen.id });
      const { record, isLeased } = state;
      if (record.secretVersion !== seen.secretVersion) return record;
      this.refuse(state, reason);
      const end = isLeased ? 'lost' : await this.claimedRun(record, reason);
      if (end !== 'lost' && end !== 'again') return end.record;
      if (this.clock.monotonic() - since >= this.times.waitMs) throw this.busy(record);
      if (end === 'lost') await this.pause();
    }
  }

  private async claimedRun(record: SessionRecord, reason: RefreshReason): Promise<AttemptEnd> {
    if (reason !== 'manual') this.breaker.check(record.provider);
    const claim = await this.store.claim(record.id, record.generation, this.lease);
    return claim === undefined ? 'lost' : this.attempt.run(claim, { isUrgent: true, isAccessTokenDead: reason === 'rejected' });
  }

  /** States that are not refreshed, and a pause that only somebody's own word ends. */
  private refuse(state: RefreshState, reason: RefreshReason): void {
    const { record, failures } = state;
    const { provider, name, status, statusReason, nextRefreshAt, readAt = this.clock.now() } = record;
    if (status === 'disabled') throw new MaestroError('session.disabled', { provider, name });
    if (status === 'reauth_required' || (status === 'exhausted' && reason !== 'manual')) {
      throw new MaestroError('session.reauth-required', { provider, name, reason: statusReason ?? status });
    }
    const leftMs = nextRefreshAt === undefined || failures === 0 ? 0 : nextRefreshAt.getTime() - readAt.getTime();
    if (leftMs <= 0 || reason === 'manual') return;
    // A pause that only spares the access token is over when nobody takes that any more.
    if (reason === 'rejected' && sparesAccessToken(state)) return;
    throw new MaestroError('session.refresh-paused', { provider, name, failures }, { retryAfterMs: Math.ceil(leftMs) });
  }

  private pause(): Promise<void> {
    const [from, to] = this.times.pollMs;
    return this.times.sleep(from + this.times.random() * (to - from));
  }

  private busy({ provider, name }: SessionRecord): MaestroError {
    return new MaestroError('session.refresh-busy', { provider, name }, { retryAfterMs: 1_000 });
  }

  /** Each caller waits as long as he likes, and nobody for ever. */
  private async waited(flight: Promise<SessionRecord>, seen: SessionRecord, signal: AbortSignal | undefined): Promise<SessionRecord> {
    if (signal?.aborted === true) throw cancelled(signal);
    let leave: (() => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    const left = new Promise<never>((_resolve, reject) => {
      leave = (): void => {
        if (signal !== undefined) reject(cancelled(signal));
      };
      signal?.addEventListener('abort', leave);
      timer = setTimeout(() => {
        reject(this.busy(seen));
      }, this.times.waitMs);
    });
    try {
      return await Promise.race([flight, left]);
    } finally {
      clearTimeout(timer);
      if (leave !== undefined) signal?.removeEventListener('abort', leave);
    }
  }
}

/** The same secret is refreshed once, whatever else of its session changes meanwhile. */
function keyOf({ id, secretVersion }: SessionRecord): string {
  return `${id}:${String(secretVersion)}`;
}

function seenIfPaused(error: unknown, seen: SessionRecord, reason: RefreshReason): SessionRecord {
  if (reason !== 'manual' || !MaestroError.is(error) || error.code !== 'session.refresh-paused') throw error;
  return seen;
}

function recordOf(end: AttemptEnd): SessionRecord | undefined {
  return end === 'lost' || end === 'again' ? undefined : end.record;
}

function cancelled(signal: AbortSignal): MaestroError {
  return MaestroError.is(signal.reason) ? signal.reason : new MaestroError('request.cancelled', {}, { cause: signal.reason });
}
