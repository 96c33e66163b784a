import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';

import type { AuditNote } from '../../contracts/audit-event.js';
import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { SealedSecret, StoredSessionStatus } from '../../contracts/session.js';
import type { SealContext } from '../sessions/secret-box.port.js';
import { SecretBox } from '../sessions/secret-box.port.js';
import { statusAfter } from '../sessions/session-lifecycle.js';
import type { SpooledResult } from './refresh-spool.port.js';
import { RefreshSpool } from './refresh-spool.port.js';
import type { CommitOutcome, RefreshClaim } from './refresh-store.port.js';
import { RefreshStore } from './refresh-store.port.js';
import { RefreshTimes } from './refresh-times.js';
import { RevocationOutbox } from './revocation-outbox.port.js';

const statuses: Readonly<Record<StoredSessionStatus, StoredSessionStatus>> = {
  active: statusAfter('active', 'refresh'),
  needs_attention: statusAfter('needs_attention', 'refresh'),
  reauth_required: statusAfter('reauth_required', 'refresh'),
  exhausted: statusAfter('exhausted', 'refresh'),
  disabled: statusAfter('disabled', 'refresh'),
};

const tooLate: AuditNote = { actor: 'system', action: 'session.orphan', detail: 'fenced' };

/** Brings what refreshes brought to where it lasts, whatever is in the way. No token is handed out before. */
@Injectable()
export class RefreshResults implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Refresh');
  private readonly held = new Map<string, SpooledResult>();
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  /** Monotonic. */
  private overSince: number | undefined;

  constructor(
    @Inject(RefreshStore) private readonly store: RefreshStore,
    @Inject(RefreshSpool) private readonly spool: RefreshSpool,
    @Inject(RevocationOutbox) private readonly outbox: RevocationOutbox,
    @Inject(SecretBox) private readonly box: SecretBox,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(RefreshTimes) private readonly times: RefreshTimes,
  ) {}

  onApplicationBootstrap(): void {
    this.round = this.rounds();
  }

  async onModuleDestroy(): Promise<void> {
    this.overSince = this.clock.monotonic();
    clearTimeout(this.timer);
    await this.round;
  }

  /**
   * Resolves when the result is where it belongs. While the database is away it is tried again and again; where the spool has it,
   * that ends some time, and the spool is emptied when the database is back. @throws MaestroError `database.unavailable`
   */
  async save(result: SpooledResult): Promise<CommitOutcome> {
    this.held.set(result.attemptId, result);
    try {
      return await this.untilSaved(result);
    } finally {
      this.held.delete(result.attemptId);
    }
  }

  /**
   * Whether the successor of a secret was here and not stored yet; it is stored then, and the claim is over. To be asked before
   * a token is sent: while the database was away, the one in it may have been used up. @throws MaestroError `database.unavailable`
   */
  async recover({ record, epoch }: RefreshClaim): Promise<boolean> {
    const waiting = [...this.held.values(), ...(await this.inSpool())];
    const own = waiting.find(({ sessionId, fromVersion }) => sessionId === record.id && fromVersion === record.secretVersion);
    if (own === undefined) return false;
    await this.finish({ ...(await this.underPrimary(own)), epoch });
    return true;
  }

  /** What an earlier process, or a longer absence of the database, left behind. The number of results that are safe now. */
  async replay(): Promise<number> {
    let replayed = 0;
    for (const result of await this.inSpool()) {
      if (!this.held.has(result.attemptId) && (await this.replayed(result))) replayed += 1;
    }
    return replayed;
  }

  private async inSpool(): Promise<readonly SpooledResult[]> {
    try {
      return await this.spool.list();
    } catch (error) {
      this.logger.warn({ text: 'the spool of refreshes cannot be read', error });
      return [];
    }
  }

  private async replayed(result: SpooledResult): Promise<boolean> {
    try {
      const { outcome } = await this.finish(await this.underPrimary(result));
      await this.spool.remove(result.attemptId);
      this.logger.log(`a refresh of session ${result.sessionId} that waited for the database: ${outcome}`);
      return true;
    } catch (error) {
      this.logger.warn({ text: `the new tokens of session ${result.sessionId} still wait in the spool`, error });
      return false;
    }
  }

  private async untilSaved(result: SpooledResult): Promise<CommitOutcome> {
    const since = this.clock.monotonic();
    const [shortest, longest] = this.times.storePauseMs;
    let isSpooled = false;
    for (let pause = shortest; ; pause = Math.min(pause * 2, longest)) {
      try {
        const outcome = await this.finish(result);
        if (isSpooled) await this.removed(result);
        return outcome;
      } catch (error) {
        isSpooled ||= await this.spooled(result, error);
        if (isSpooled && this.clock.monotonic() - since >= this.times.holdMs) throw MaestroError.from(error);
        if (this.isPastPatience()) throw this.abandoned(result, error);
      }
      await this.times.sleep(pause);
    }
  }

  /** What stays is found at the next look into the spool, which sees that it is stored. */
  private async removed({ attemptId }: SpooledResult): Promise<void> {
    await this.spool.remove(attemptId).catch((error: unknown) => {
      this.logger.warn({ text: 'a result that is stored could not be taken out of the spool', error });
    });
  }

  /** The process ends, and has waited as long as it may. */
  private isPastPatience(): boolean {
    return this.overSince !== undefined && this.clock.monotonic() - this.overSince >= this.times.shutdownMs;
  }

  private abandoned({ sessionId }: SpooledResult, cause: unknown): MaestroError {
    this.logger.error({ text: `this process ends while the new tokens of session ${sessionId} are not in the database`, error: cause });
    return MaestroError.from(cause);
  }

  private async finish(result: SpooledResult): Promise<CommitOutcome> {
    const outcome = await this.store.commit({ ...result, statuses });
    if (outcome.outcome === 'superseded') await this.keepOrphan(result);
    if (outcome.outcome === 'gone') await this.revoke(result);
    return outcome;
  }

  /** Another secret is there: ours may still be the one that works. */
  private async keepOrphan(result: SpooledResult): Promise<void> {
    const { attemptId: id, sessionId, provider, fromVersion } = result;
    const secret = await this.resealed(result, 'orphaned_grants');
    await this.store.keepOrphan({ id, sessionId, provider, secret, secretVersion: fromVersion + 1 }, tooLate);
  }

  /** Nobody wants the session any more: its newest tokens have to go the way of the others. */
  private async revoke(result: SpooledResult): Promise<void> {
    const { attemptId: id, sessionId, provider, fromVersion } = result;
    const secret = await this.resealed(result, 'pending_revocations');
    await this.outbox.add({ id, sessionId, provider, secret, secretVersion: fromVersion + 1, actor: 'system', attempts: 0 });
  }

  /** What waited may be sealed with a key that was retired meanwhile: nothing is stored under that any more. */
  private async underPrimary(result: SpooledResult): Promise<SpooledResult> {
    const { sessionId, provider, attemptId, fromVersion, replaced } = result;
    const secret = await this.resealed(result, 'saved_authentications', sessionId);
    if (replaced === undefined) return { ...result, secret };
    const context = contextOf('orphaned_grants', attemptId, provider, fromVersion);
    return {
      ...result,
      secret,
      replaced: { ...replaced, secret: await this.box.seal(await this.box.open(replaced.secret, context), context) },
    };
  }

  private async resealed(
    { sessionId, attemptId, provider, fromVersion, secret }: SpooledResult,
    table: string,
    rowId = attemptId,
  ): Promise<SealedSecret> {
    const tokens = await this.box.open(secret, contextOf('saved_authentications', sessionId, provider, fromVersion + 1));
    return this.box.seal(tokens, contextOf(table, rowId, provider, fromVersion + 1));
  }

  private async spooled(result: SpooledResult, cause: unknown): Promise<boolean> {
    try {
      await this.spool.write(result);
      this.logger.warn({ text: `the new tokens of session ${result.sessionId} wait for the database in the spool`, error: cause });
      return true;
    } catch (error) {
      const text = `the new tokens of session ${result.sessionId} are in memory only: neither the database nor the spool takes them`;
      this.logger.error({ text, error, cause });
      return false;
    }
  }

  private async rounds(): Promise<void> {
    await this.replay();
    if (this.overSince !== undefined) return;
    this.timer = setTimeout(() => {
      this.round = this.rounds();
    }, this.times.replayMs).unref();
  }
}

function contextOf(table: string, rowId: string, provider: ProviderId, secretVersion: number): SealContext {
  return { table, column: 'credentials', rowId, provider, authType: 'oauth', secretVersion };
}
