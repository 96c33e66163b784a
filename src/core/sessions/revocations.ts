import type { OnModuleDestroy } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';

import type { AuditOutcome } from '../../contracts/audit-event.js';
import type { Credentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { SessionRecord } from '../../contracts/session.js';
import { AuditLog } from '../audit/audit-log.port.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { SecretKeeper } from './secret-keeper.js';

/** Milliseconds. */
const patience = 8_000;

interface Ending {
  readonly outcome: AuditOutcome;
  readonly detail?: string;
}

/** Tells providers that a login is over (RFC 7009). Best effort, after the session is gone; how it ended is in the audit trail. */
@Injectable()
export class Revocations implements OnModuleDestroy {
  private readonly logger = new Logger('Sessions');
  private readonly running = new Set<Promise<void>>();

  constructor(
    @Inject(SecretKeeper) private readonly keeper: SecretKeeper,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(AuditLog) private readonly auditLog: AuditLog,
  ) {}

  /**
   * To be asked before the session is deleted, while its secret is there; what comes back begins the revocation and waits for
   * nothing. An API key is not ours to end.
   */
  async prepare(record: SessionRecord, actor: string): Promise<() => void> {
    if (record.authType !== 'oauth') return () => undefined;
    const [opened] = await Promise.allSettled([this.keeper.open(record)]);
    return () => {
      this.remember(this.end(record, opened, actor));
    };
  }

  /** All that has begun. */
  async settled(): Promise<void> {
    await Promise.all(this.running);
  }

  onModuleDestroy(): Promise<void> {
    return this.settled();
  }

  private remember(running: Promise<void>): void {
    this.running.add(running);
    void running.finally(() => this.running.delete(running));
  }

  private async end(record: SessionRecord, opened: PromiseSettledResult<Credentials>, actor: string): Promise<void> {
    const ending = await this.revoked(record, opened).catch((error: unknown): Ending => ({ outcome: 'failed', detail: codeOf(error) }));
    try {
      await this.auditLog.append({ actor, action: 'session.revoke', target: record.id, ...ending });
    } catch (error) {
      this.logger.warn({ text: `how the revocation of session ${record.id} ended could not be written down`, error });
    }
  }

  private async revoked(record: SessionRecord, opened: PromiseSettledResult<Credentials>): Promise<Ending> {
    if (opened.status === 'rejected') throw opened.reason;
    const credentials = opened.value;
    if (credentials.authType !== 'oauth') return { outcome: 'skipped' };
    const holders = await this.keeper.holdersOf(credentials, record);
    if (holders.length > 0) return { outcome: 'skipped', detail: 'shared' };
    const oauth = this.registry.resolve(record.provider, 'oauth');
    await oauth.revokeTokens(credentials, { signal: AbortSignal.timeout(patience) });
    return { outcome: 'done' };
  }
}

function codeOf(error: unknown): string {
  return MaestroError.is(error) ? error.code : 'internal';
}
