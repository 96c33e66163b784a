import { randomUUID } from 'node:crypto';

import type { OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';

import type { AuditEntry, AuditOutcome } from '../../contracts/audit-event.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { SessionId, SessionRecord } from '../../contracts/session.js';
import { AuditLog } from '../audit/audit-log.port.js';
import type { PendingRevocation } from '../refresh/revocation-outbox.port.js';
import { RevocationOutbox } from '../refresh/revocation-outbox.port.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import type { SealContext } from './secret-box.port.js';
import { SecretKeeper } from './secret-keeper.js';
import type { LastWord } from './session-store.port.js';

/** Milliseconds. */
const patience = 8_000;
/** With pauses of 1, 4, 16, 64 minutes and so on, about ten days. */
const mostTries = 8;
const atOnce = 20;

interface Ending {
  readonly outcome: AuditOutcome;
  readonly detail?: string;
}

export interface PreparedRevocation {
  /** To be written down with the delete. */
  readonly lastWord?: LastWord;
  /** To be called when the session is gone; waits for nothing. */
  readonly begin: () => void;
}

/** Trying again would change nothing. */
const final: ReadonlySet<string> = new Set(['operation.unsupported', 'provider.unknown', 'secret.unreadable', 'encryption.key-unknown']);

/**
 * Tells providers that a login is over (RFC 7009). What is to be told rests sealed in the database until the provider has
 * answered, so that it outlives this process; how it ended is in the audit trail.
 */
@Injectable()
export class Revocations implements OnModuleDestroy {
  private readonly logger = new Logger('Sessions');
  private readonly running = new Set<Promise<void>>();

  constructor(
    @Inject(SecretKeeper) private readonly keeper: SecretKeeper,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(AuditLog) private readonly auditLog: AuditLog,
    @Inject(RevocationOutbox) private readonly outbox: RevocationOutbox,
  ) {}

  /**
   * Before the session is deleted, while its secret is there. An API key is not ours to end, and neither is a login that another
   * program made and still has.
   */
  async prepare(record: SessionRecord, actor: string): Promise<PreparedRevocation> {
    if (record.authType !== 'oauth') return { begin: () => undefined };
    const { secretVersion } = record;
    if (record.statusReason === 'imported') {
      const spared = { actor, action: 'session.revoke', target: record.id, outcome: 'skipped', detail: 'imported' } as const;
      return { lastWord: { secretVersion }, begin: this.noting(spared) };
    }
    try {
      const revocation = await this.sealed(record, actor);
      const begin = (): void => {
        this.remember(this.tell({ ...revocation, attempts: 1 }));
      };
      return { lastWord: { secretVersion, revocation }, begin };
    } catch (error) {
      const failed = { actor, action: 'session.revoke', target: record.id, outcome: 'failed', detail: codeOf(error) } as const;
      return { lastWord: { secretVersion }, begin: this.noting(failed) };
    }
  }

  /** What earlier processes left behind, and what providers did not take yet. The number that came to an end. */
  async run(): Promise<number> {
    let ended = 0;
    for (;;) {
      const taken = await this.outbox.take(atOnce);
      const endings = await Promise.all(taken.map((revocation) => this.tell(revocation)));
      ended += endings.filter((isOver) => isOver).length;
      if (taken.length < atOnce) return ended;
    }
  }

  /** All that has begun. */
  async settled(): Promise<void> {
    await Promise.all(this.running);
  }

  onModuleDestroy(): Promise<void> {
    return this.settled();
  }

  private noting(event: AuditEntry & { readonly target: SessionId }): () => void {
    return () => {
      this.remember(this.written(event.target, () => this.auditLog.append(event)));
    };
  }

  private remember(work: Promise<unknown>): void {
    const running = work.then(() => undefined);
    this.running.add(running);
    void running.finally(() => this.running.delete(running));
  }

  private async sealed(record: SessionRecord, actor: string): Promise<PendingRevocation> {
    const { id: sessionId, provider, secretVersion } = record;
    const credentials = await this.keeper.open(record);
    const place = { id: randomUUID(), sessionId, provider, secretVersion };
    return { ...place, secret: await this.keeper.sealAs(credentials, contextOf(place)), actor, attempts: 0 };
  }

  /** Never fails. Whether there is an end to it. */
  private async tell(revocation: PendingRevocation): Promise<boolean> {
    const { actor, sessionId } = revocation;
    const ending = await this.revoked(revocation).catch((error: unknown) => this.postponed(revocation, error));
    if (ending === undefined) return false;
    return this.written(sessionId, () => this.outbox.remove(revocation, { actor, action: 'session.revoke', ...ending }));
  }

  private async revoked(revocation: PendingRevocation): Promise<Ending> {
    const { sessionId: id, provider, secret } = revocation;
    const credentials = await this.keeper.openAs(secret, contextOf(revocation));
    if (credentials.authType !== 'oauth') return { outcome: 'skipped' };
    const holders = await this.keeper.holdersOf(credentials, { id, provider, authType: 'oauth' });
    if (holders.length > 0) return { outcome: 'skipped', detail: 'shared' };
    const oauth = this.registry.resolve(provider, 'oauth');
    await oauth.revokeTokens(credentials, { signal: AbortSignal.timeout(patience) });
    return { outcome: 'done' };
  }

  private postponed({ sessionId, attempts }: PendingRevocation, error: unknown): Ending | undefined {
    const detail = codeOf(error);
    if (attempts >= mostTries || final.has(detail)) return { outcome: 'failed', detail };
    this.logger.warn(`the login of session ${sessionId} could not be revoked yet (${detail}); it is tried again later`);
    return undefined;
  }

  private async written(sessionId: string, write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      this.logger.warn({ text: `how the revocation of session ${sessionId} ended could not be written down`, error });
      return false;
    }
  }
}

function contextOf({ id, provider, secretVersion }: Pick<PendingRevocation, 'id' | 'provider' | 'secretVersion'>): SealContext {
  return { table: 'pending_revocations', column: 'credentials', rowId: id, provider, authType: 'oauth', secretVersion };
}

function codeOf(error: unknown): string {
  return MaestroError.is(error) ? error.code : 'internal';
}
