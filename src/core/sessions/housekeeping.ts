import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';

import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { SessionId, SessionRecord } from '../../contracts/session.js';
import { AuditLog } from '../audit/audit-log.port.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.port.js';
import { PendingLogins } from '../login/pending-login.port.js';
import type { CoreOptions } from '../core-options.js';
import { coreOptions } from '../core-options.js';
import { RefreshStore } from '../refresh/refresh-store.port.js';
import { UsageStore } from '../usage/usage-store.port.js';
import { Revocations } from './revocations.js';
import { SecretKeeper } from './secret-keeper.js';
import { SessionStore } from './session-store.port.js';

/** Milliseconds. */
const day = 86_400_000;
const tombstoneLife = 30 * day;
/** Of the ledger of refreshes, and of tokens that a session does not hold any more. */
const attemptLife = 30 * day;
const grantLife = 7 * day;
const firstRound = 60_000;
const betweenRounds = 3_600_000;

const tombstonesAtOnce = 500;
const refreshesAtOnce = 500;
const usageAtOnce = 5_000;
const idempotentAtOnce = 500;
const fingerprintsAtOnce = 200;

export interface HousekeepingReport {
  /** Tombstones that were forgotten. */
  readonly purged: number;
  /** Sessions that got a fingerprint of the primary key. */
  readonly fingerprinted: number;
  /** Revocations of deleted logins that came to an end. */
  readonly revoked: number;
}

/** What a vault needs now and then, in small steps; every process does it, none waits for another. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Housekeeping');
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private isOver = false;

  constructor(
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(SecretKeeper) private readonly keeper: SecretKeeper,
    @Inject(AuditLog) private readonly auditLog: AuditLog,
    @Inject(PendingLogins) private readonly logins: PendingLogins,
    @Inject(RefreshStore) private readonly refreshes: RefreshStore,
    @Inject(UsageStore) private readonly usage: UsageStore,
    @Inject(Revocations) private readonly revocations: Revocations,
    @Inject(coreOptions) private readonly options: CoreOptions,
    @Inject(Clock) private readonly clock: Clock,
    @Optional() @Inject(IdempotentRequests) private readonly idempotent?: IdempotentRequests,
  ) {}

  onApplicationBootstrap(): void {
    this.after(firstRound);
  }

  async onModuleDestroy(): Promise<void> {
    this.isOver = true;
    clearTimeout(this.timer);
    await this.round;
  }

  /** One round. @throws MaestroError `database.*` */
  async run(): Promise<HousekeepingReport> {
    const purged = await this.purge();
    const fingerprinted = await this.fingerprint();
    await this.logins.purge();
    await this.purgeRefreshes();
    await this.purgeUsage();
    await this.purgeIdempotent();
    const revoked = await this.revocations.run();
    const { seq, hash } = await this.auditLog.reseal();
    // Kept with the logs, it shows later whether the end of the trail was cut off.
    this.logger.log(`audit trail: ${String(seq)} events, ending in ${hash}`);
    return { purged, fingerprinted, revoked };
  }

  private async purge(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - tombstoneLife);
    for (let total = 0; ;) {
      const purged = await this.store.purgeTombstones(before, tombstonesAtOnce);
      total += purged;
      if (purged < tombstonesAtOnce || this.isOver) return total;
    }
  }

  private async purgeRefreshes(): Promise<void> {
    const now = this.clock.now().getTime();
    const [attempts, grants] = [new Date(now - attemptLife), new Date(now - grantLife)];
    while (!this.isOver && (await this.refreshes.purge(attempts, grants, refreshesAtOnce)) === refreshesAtOnce);
  }

  private async purgeUsage(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - this.options.usageDays * day);
    while (!this.isOver && (await this.usage.purge(before, usageAtOnce)) === usageAtOnce);
  }

  private async purgeIdempotent(): Promise<void> {
    while (!this.isOver && (await this.idempotent?.purge(idempotentAtOnce)) === idempotentAtOnce);
  }

  /** Sessions from before there were fingerprints, or from before the primary key was. */
  private async fingerprint(): Promise<number> {
    let done = 0;
    for (let after: SessionId | undefined; !this.isOver;) {
      const records = await this.store.listWithoutFingerprint(this.keeper.fingerprintPrefix, fingerprintsAtOnce, after);
      for (const record of records) done += (await this.fingerprinted(record)) ? 1 : 0;
      after = records.at(-1)?.id;
      if (after === undefined) break;
    }
    return done;
  }

  private async fingerprinted(record: SessionRecord): Promise<boolean> {
    try {
      return await this.store.setFingerprint(record.id, record.secretVersion, await this.keeper.fingerprintOf(record));
    } catch (error) {
      if (MaestroError.is(error) && error.code === 'session.unreadable') return false;
      throw error;
    }
  }

  private after(delay: number): void {
    this.timer = setTimeout(() => {
      this.round = this.safely();
    }, delay).unref();
  }

  private async safely(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      this.logger.warn({ text: 'a round of housekeeping did not come to its end; the next one goes on', error });
    }
    if (!this.isOver) this.after(betweenRounds);
  }
}
