import type { DataSource } from 'typeorm';

import type { AuditNote } from '../../contracts/audit-event.js';
import type { SessionId } from '../../contracts/session.js';
import type {
  CommitOutcome,
  DueRequest,
  FailureHistory,
  KeptGrant,
  LeaseRequest,
  RefreshClaim,
  RefreshCommit,
  RefreshSettlement,
  RefreshState,
  RefreshStore,
} from '../../core/refresh/refresh-store.port.js';
import { appendEvents } from '../audit/append-events.js';
import type { LocalChanges } from '../changes/local-changes.js';
import { unheard } from '../changes/local-changes.js';
import type { KeyedMac } from '../encryption/key-ring.js';
import type { SessionRow } from '../session-record.js';
import { recordFromRow } from '../session-record.js';
import { findById } from '../session-statements.js';
import type { Connection } from '../statements.js';
import { run, sinceAway, transaction } from '../statements.js';
import * as statements from './refresh-statements.js';

interface ClaimRow extends SessionRow {
  readonly epoch: number;
  readonly attemptId: string;
  readonly failures: number;
  readonly unsettledSince: Date | null;
}

interface StateRow extends SessionRow {
  readonly isLeased: boolean;
  readonly failures: number;
  readonly isUnsettled: boolean;
}

/** Leases and the ledger in PostgreSQL: one statement to claim, one transaction to commit, and no connection held in between. */
export class TypeOrmRefreshStore implements RefreshStore {
  /** @param keys vouch for the trail */
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: KeyedMac,
    private readonly changes: LocalChanges = unheard,
  ) {}

  async claim(id: SessionId, generation: number, { owner, leaseMs }: LeaseRequest): Promise<RefreshClaim | undefined> {
    const [row] = await run<ClaimRow>(this.dataSource, statements.claim, [owner, leaseMs, id, generation, this.isShy(leaseMs)]);
    return row && claimFromRow(row);
  }

  async claimDue({ owner, leaseMs, limit, excluding = [] }: DueRequest): Promise<readonly RefreshClaim[]> {
    const values = [owner, leaseMs, limit, excluding, this.isShy(leaseMs)];
    return (await run<ClaimRow>(this.dataSource, statements.claimDue, values)).map(claimFromRow);
  }

  async look(id: SessionId): Promise<RefreshState | undefined> {
    const [row] = await run<StateRow>(this.dataSource, statements.look, [id]);
    if (row === undefined) return undefined;
    const { isLeased, failures, isUnsettled } = row;
    return { record: recordFromRow(row), isLeased, failures, isUnsettled };
  }

  async markSent({ record, epoch }: RefreshClaim, tokenFingerprint: string, leaseMs: number): Promise<boolean> {
    return (await run(this.dataSource, statements.markSent, [record.id, epoch, tokenFingerprint, leaseMs])).length > 0;
  }

  async renew({ record, epoch }: RefreshClaim, leaseMs: number): Promise<boolean> {
    return (await run(this.dataSource, statements.renew, [record.id, epoch, leaseMs])).length > 0;
  }

  commit(result: RefreshCommit): Promise<CommitOutcome> {
    return transaction(this.dataSource, async (connection) => {
      const [row] = await connection.run<SessionRow>(statements.commit, commitValues(result));
      if (row === undefined) return uncommitted(connection, result);
      if (result.replaced !== undefined) await connection.run(statements.keepGrant, grantValues(result.replaced, 'replaced'));
      await connection.run(statements.note, [result.attemptId, 'stored', null]);
      return { outcome: 'stored', record: recordFromRow(row) } as const;
    }).finally(() => {
      this.changes.announce({ of: 'session', id: result.sessionId });
    });
  }

  settle(claim: RefreshClaim, settlement: RefreshSettlement): Promise<boolean> {
    const { record, epoch, attemptId, unsettledSince } = claim;
    const { state, reason, isFailure, pauseMs, status, statusReason, audit } = settlement;
    const place = [record.id, epoch, record.secretVersion];
    const values = [...place, state !== 'rejected', unsettledSince, isFailure, pauseMs, status, statusReason, record.status];
    return transaction(this.dataSource, async (connection) => {
      await connection.run(statements.note, [attemptId, state, reason]);
      const [settled] = await connection.run(statements.settle, values);
      if (settled === undefined) return false;
      if (audit !== undefined) await appendEvents(connection, this.keys, [{ ...audit, target: record.id }]);
      return true;
    }).finally(() => {
      this.changes.announce({ of: 'session', id: record.id });
    });
  }

  async history(id: SessionId, reason: string, except: readonly string[]): Promise<FailureHistory> {
    const [row] = await run<FailureHistory>(this.dataSource, statements.history, [id, reason, except]);
    return row ?? { days: 0, hours: 0, same: 0, sameHours: 0 };
  }

  async keepOrphan(grant: KeptGrant, audit: AuditNote): Promise<void> {
    await transaction(this.dataSource, async (connection) => {
      const [kept] = await connection.run(statements.keepGrant, grantValues(grant, 'fenced'));
      await connection.run(statements.note, [grant.id, 'stored', 'orphaned']);
      if (kept !== undefined) await appendEvents(connection, this.keys, [{ ...audit, target: grant.sessionId }]);
    });
  }

  async purge(attemptsBefore: Date, grantsBefore: Date, limit: number): Promise<number> {
    const values = [attemptsBefore, grantsBefore, limit];
    const [row] = await run<{ readonly attempts: number; readonly grants: number }>(this.dataSource, statements.purge, values);
    return Math.max(row?.attempts ?? 0, row?.grants ?? 0);
  }

  /**
   * After an absence of the database nobody could renew a lease or store what he got: those who have new tokens come first, for as
   * long as a lease lasts.
   */
  private isShy(leaseMs: number): boolean {
    return sinceAway(this.dataSource) < leaseMs;
  }
}

/** Nothing was there to be written to: somebody was faster, or it was us and the answer to our commit got lost. */
async function uncommitted(connection: Connection, { attemptId, sessionId }: RefreshCommit): Promise<CommitOutcome> {
  const [row] = await connection.run<SessionRow>(findById, [sessionId]);
  if (row === undefined) return { outcome: 'gone' };
  const [stored] = await connection.run(statements.isStored, [attemptId]);
  return stored === undefined ? { outcome: 'superseded' } : { outcome: 'stored', record: recordFromRow(row) };
}

function commitValues(result: RefreshCommit): readonly unknown[] {
  const { sessionId, fromVersion, epoch, secret, fingerprint, expiresAt, issuedAt, nextRefreshAt, statuses } = result;
  return [
    ...[sessionId, fromVersion, epoch, secret.bytes, secret.keyId, fingerprint],
    ...[expiresAt, issuedAt, nextRefreshAt, JSON.stringify(statuses)],
  ];
}

function grantValues({ id, sessionId, provider, secret, secretVersion }: KeptGrant, reason: 'fenced' | 'replaced'): readonly unknown[] {
  return [id, sessionId, provider, secret.bytes, secret.keyId, secretVersion, reason];
}

function claimFromRow(row: ClaimRow): RefreshClaim {
  const { attemptId, epoch, failures, unsettledSince } = row;
  return { record: recordFromRow(row), attemptId, epoch, failures, ...(unsettledSince !== null && { unsettledSince }) };
}
