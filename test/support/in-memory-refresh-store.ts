import { randomUUID } from 'node:crypto';

import type { AuditNote } from '../../src/contracts/audit-event.js';
import type { SessionId, SessionRecord } from '../../src/contracts/session.js';
import type { RefreshSpool, SpooledResult } from '../../src/core/refresh/refresh-spool.port.js';
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
} from '../../src/core/refresh/refresh-store.port.js';
import type { PendingRevocation, RevocationOutbox } from '../../src/core/refresh/revocation-outbox.port.js';
import type { InMemoryAuditLog } from './in-memory-audit-log.js';

/** What of the tests' session store the refreshes work on. */
interface Sessions {
  readonly rows: Map<SessionId, SessionRecord>;
  readonly revocations: Map<string, PendingRevocation>;
  readonly audit: InMemoryAuditLog;
  put(row: SessionRecord): SessionRecord;
}

interface Lease {
  readonly epoch: number;
  readonly until: number;
  readonly failures: number;
  readonly attemptId?: string;
  readonly unsettledSince?: Date;
}

export interface LedgerLine {
  readonly sessionId: SessionId;
  readonly state: string;
  readonly reason?: string;
  readonly fingerprint?: string;
}

const refreshable: ReadonlySet<string> = new Set(['active', 'needs_attention', 'exhausted']);

/** Leases and ledger in memory, by the rules of the database's. */
export class InMemoryRefreshStore implements RefreshStore {
  readonly ledger = new Map<string, LedgerLine>();
  readonly grants = new Map<string, KeptGrant>();
  past: FailureHistory = { days: 0, hours: 0, same: 0, sameHours: 0 };
  private readonly leases = new Map<SessionId, Lease>();

  constructor(
    private readonly sessions: Sessions,
    private readonly now: () => Date = () => new Date(),
  ) {}

  async claim(id: SessionId, generation: number, { leaseMs }: LeaseRequest): Promise<RefreshClaim | undefined> {
    const record = this.sessions.rows.get(id);
    if (record?.generation !== generation || !this.isFree(record)) return undefined;
    const former = this.leaseOf(id);
    if (former.attemptId !== undefined && this.ledger.get(former.attemptId)?.state === 'sent')
      this.note(former.attemptId, 'unknown', 'abandoned');
    const lease = { ...former, epoch: former.epoch + 1, until: this.now().getTime() + leaseMs, attemptId: randomUUID() };
    this.leases.set(id, lease);
    this.ledger.set(lease.attemptId, { sessionId: id, state: 'claimed' });
    const { attemptId, epoch, failures, unsettledSince } = lease;
    return { record: this.told(record), attemptId, epoch, failures, ...(unsettledSince && { unsettledSince }) };
  }

  async claimDue({ limit, excluding = [], ...lease }: DueRequest): Promise<readonly RefreshClaim[]> {
    const due = [...this.sessions.rows.values()].filter(
      ({ nextRefreshAt, provider }) => nextRefreshAt !== undefined && nextRefreshAt <= this.now() && !excluding.includes(provider),
    );
    const claims = await Promise.all(due.slice(0, limit).map(({ id, generation }) => this.claim(id, generation, lease)));
    return claims.filter((claim) => claim !== undefined);
  }

  async look(id: SessionId): Promise<RefreshState | undefined> {
    const record = this.sessions.rows.get(id);
    const { until, failures, unsettledSince } = this.leaseOf(id);
    const isLeased = until >= this.now().getTime();
    return record && { record: this.told(record), isLeased, failures, isUnsettled: unsettledSince !== undefined };
  }

  async markSent({ record: { id }, epoch, attemptId }: RefreshClaim, fingerprint: string, leaseMs: number): Promise<boolean> {
    const lease = this.leaseOf(id);
    if (lease.epoch !== epoch || !refreshable.has(this.sessions.rows.get(id)?.status ?? '')) return false;
    this.leases.set(id, { ...lease, until: this.now().getTime() + leaseMs, unsettledSince: this.now() });
    this.ledger.set(attemptId, { sessionId: id, state: 'sent', fingerprint });
    return true;
  }

  async renew({ record: { id }, epoch }: RefreshClaim, leaseMs: number): Promise<boolean> {
    const lease = this.leaseOf(id);
    if (lease.epoch !== epoch || lease.until === 0) return false;
    this.leases.set(id, { ...lease, until: this.now().getTime() + leaseMs });
    return true;
  }

  async commit(result: RefreshCommit): Promise<CommitOutcome> {
    const { sessionId, attemptId, fromVersion, epoch, secret, expiresAt, issuedAt, nextRefreshAt, statuses, replaced } = result;
    const record = this.sessions.rows.get(sessionId);
    if (record === undefined) return { outcome: 'gone' };
    if (this.ledger.get(attemptId)?.state === 'stored') return { outcome: 'stored', record: this.told(record) };
    if (record.secretVersion !== fromVersion) return { outcome: 'superseded' };
    const { unsettledSince: _since, attemptId: _attempt, ...lease } = this.leaseOf(sessionId);
    this.leases.set(sessionId, { ...lease, failures: 0, ...(lease.epoch === epoch && { until: 0 }) });
    if (replaced !== undefined) this.grants.set(replaced.id, replaced);
    this.note(attemptId, 'stored');
    const { expiresAt: _end, statusReason, ...rest } = record;
    const status = statuses[record.status];
    const stored = this.sessions.put({
      ...rest,
      ...{ secret, secretVersion: fromVersion + 1, issuedAt, nextRefreshAt, lastRefreshAt: this.now(), status },
      ...(expiresAt && { expiresAt }),
      ...(status !== 'active' && statusReason !== undefined && { statusReason }),
    });
    return { outcome: 'stored', record: this.told(stored) };
  }

  async settle(claim: RefreshClaim, settlement: RefreshSettlement): Promise<boolean> {
    const { record: claimed, epoch, attemptId } = claim;
    const { state, reason, isFailure, pauseMs, status, statusReason, audit } = settlement;
    this.note(attemptId, state, reason);
    const record = this.sessions.rows.get(claimed.id);
    const lease = this.leaseOf(claimed.id);
    if (lease.epoch !== epoch || record?.secretVersion !== claimed.secretVersion) return false;
    const unsettledSince = state === 'rejected' ? claim.unsettledSince : lease.unsettledSince;
    const failures = lease.failures + (isFailure ? 1 : 0);
    this.leases.set(claimed.id, { epoch, until: 0, failures, attemptId, ...(unsettledSince && { unsettledSince }) });
    const paused = { ...record, ...(pauseMs !== undefined && { nextRefreshAt: new Date(this.now().getTime() + pauseMs) }) };
    this.sessions.rows.set(claimed.id, paused);
    if (status !== undefined && record.status === claimed.status)
      this.sessions.put({ ...paused, status, ...(statusReason !== undefined && { statusReason }) });
    if (audit !== undefined) this.sessions.audit.write({ ...audit, target: claimed.id });
    return true;
  }

  async history(): Promise<FailureHistory> {
    return this.past;
  }

  async keepOrphan(grant: KeptGrant, audit: AuditNote): Promise<void> {
    if (!this.grants.has(grant.id)) this.sessions.audit.write({ ...audit, target: grant.sessionId });
    this.grants.set(grant.id, grant);
    this.note(grant.id, 'stored', 'orphaned');
  }

  async purge(): Promise<number> {
    return 0;
  }

  /** As `replaceSecret` does in the database: whoever refreshes just now is fenced. */
  fence(id: SessionId): void {
    const { unsettledSince: _since, ...lease } = this.leaseOf(id);
    this.leases.set(id, { ...lease, epoch: lease.epoch + 1, until: 0, failures: 0 });
  }

  private isFree({ id, authType, status }: SessionRecord): boolean {
    return authType === 'oauth' && refreshable.has(status) && this.leaseOf(id).until < this.now().getTime();
  }

  private leaseOf(id: SessionId): Lease {
    return this.leases.get(id) ?? { epoch: 0, until: 0, failures: 0 };
  }

  private told(record: SessionRecord): SessionRecord {
    return { ...record, readAt: this.now() };
  }

  private note(attemptId: string, state: string, reason?: string): void {
    const line = this.ledger.get(attemptId);
    if (line === undefined || line.state === 'stored') return;
    this.ledger.set(attemptId, { ...line, state, ...(reason !== undefined && { reason }) });
  }
}

export class InMemoryRevocationOutbox implements RevocationOutbox {
  constructor(private readonly sessions: Sessions) {}

  async add(revocation: PendingRevocation): Promise<void> {
    this.sessions.revocations.set(revocation.id, revocation);
  }

  async take(limit: number): Promise<readonly PendingRevocation[]> {
    const taken = [...this.sessions.revocations.values()].slice(0, limit).map((item) => ({ ...item, attempts: item.attempts + 1 }));
    for (const revocation of taken) this.sessions.revocations.set(revocation.id, revocation);
    return taken;
  }

  async remove({ id, sessionId }: PendingRevocation, audit: AuditNote): Promise<void> {
    await this.sessions.audit.append({ ...audit, target: sessionId });
    this.sessions.revocations.delete(id);
  }
}

export class InMemorySpool implements RefreshSpool {
  readonly results = new Map<string, SpooledResult>();
  isFull = false;

  async write(result: SpooledResult): Promise<void> {
    if (this.isFull) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    this.results.set(result.attemptId, result);
  }

  async list(): Promise<readonly SpooledResult[]> {
    return [...this.results.values()];
  }

  async remove(attemptId: string): Promise<void> {
    this.results.delete(attemptId);
  }
}
