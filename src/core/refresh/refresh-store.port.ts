import type { AuditNote } from '../../contracts/audit-event.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { SealedSecret, SessionId, SessionRecord, StoredSessionStatus } from '../../contracts/session.js';

/** Who asks for a lease, and for how long. */
export interface LeaseRequest {
  /** The process; told in the ledger. */
  readonly owner: string;
  readonly leaseMs: number;
}

/** The right to refresh one session, until the lease ends. Nobody else has it meanwhile; the epoch tells it from every other. */
export interface RefreshClaim {
  /** As it was claimed; `readAt` is the database's time of it. */
  readonly record: SessionRecord;
  readonly attemptId: string;
  readonly epoch: number;
  /** Refreshes in a row that failed. */
  readonly failures: number;
  /** When a token call began whose end nobody knows: its refresh token may be spent. */
  readonly unsettledSince?: Date;
}

export interface DueRequest extends LeaseRequest {
  /** At most so many. */
  readonly limit: number;
  /** Leave sessions of these alone: they have their fill. */
  readonly excluding?: readonly ProviderId[];
}

/** A session as a waiting refresher sees it. */
export interface RefreshState {
  readonly record: SessionRecord;
  /** Somebody's lease runs. */
  readonly isLeased: boolean;
  readonly failures: number;
  /** A token was sent, and nobody knows what became of it. */
  readonly isUnsettled: boolean;
}

/** Tokens to be kept beside their session, sealed for their own row. */
export interface KeptGrant {
  /** Of the row; the same grant is kept once. */
  readonly id: string;
  readonly sessionId: SessionId;
  readonly provider: ProviderId;
  readonly secret: SealedSecret;
  readonly secretVersion: number;
}

/** What a refresh brought, sealed for the session's row. */
export interface RefreshResult {
  readonly attemptId: string;
  readonly sessionId: SessionId;
  readonly epoch: number;
  /** The secret that was refreshed. The result goes where it still is, and gets the version after it. */
  readonly fromVersion: number;
  readonly secret: SealedSecret;
  readonly fingerprint: string;
  /** By the database's clock, like the others. */
  readonly expiresAt?: Date;
  readonly issuedAt: Date;
  readonly nextRefreshAt: Date;
}

export interface RefreshCommit extends RefreshResult {
  /** What each state becomes. */
  readonly statuses: Readonly<Record<StoredSessionStatus, StoredSessionStatus>>;
  /** The secret that goes. */
  readonly replaced?: KeptGrant;
}

export type CommitOutcome =
  | { readonly outcome: 'stored'; readonly record: SessionRecord }
  /** Another secret is there. */
  | { readonly outcome: 'superseded' }
  /** The session was deleted. */
  | { readonly outcome: 'gone' };

/** How an attempt ended that brought nothing. `claimed`: nothing was sent. */
export interface RefreshSettlement {
  readonly state: 'claimed' | 'rejected' | 'unknown';
  /** A code. */
  readonly reason: string;
  /** Counts as one more failure in a row. */
  readonly isFailure: boolean;
  /** Until somebody tries again by himself. Absent: that stays. */
  readonly pauseMs?: number;
  /** A new state, where it is still the one that was claimed. */
  readonly status?: StoredSessionStatus;
  readonly statusReason?: string;
  readonly audit?: AuditNote;
}

/** What the ledger knows since the last success, or login. */
export interface FailureHistory {
  /** Distinct days with a failure. */
  readonly days: number;
  /** Since the first of them. */
  readonly hours: number;
  /** Failures with this reason, and the hours since the first of those. */
  readonly same: number;
  readonly sameHours: number;
}

/**
 * Leases, results and the ledger of refreshes. Time is the database's. Whatever fails with `database.unavailable` may have held
 * all the same; repeating is safe.
 */
export interface RefreshStore {
  /** Compare and set by generation. `undefined`: it is leased, was changed, is gone, or is in a state that is not refreshed. */
  claim(id: SessionId, generation: number, lease: LeaseRequest): Promise<RefreshClaim | undefined>;
  /** Sessions whose time has come, the oldest first; each is claimed by one process. */
  claimDue(request: DueRequest): Promise<readonly RefreshClaim[]>;
  /** `undefined`: it is gone. */
  look(id: SessionId): Promise<RefreshState | undefined>;
  /** The last step before the token is sent; false: the claim does not hold any more, and nothing may be sent. */
  markSent(claim: RefreshClaim, tokenFingerprint: string, leaseMs: number): Promise<boolean>;
  /** False: the claim does not hold any more. */
  renew(claim: RefreshClaim, leaseMs: number): Promise<boolean>;
  /** Wherever the secret is still the one that was refreshed, even where the lease was lost. Repeating it changes nothing. */
  commit(result: RefreshCommit): Promise<CommitOutcome>;
  /** False: the claim does not hold any more, and nothing was changed but the ledger. */
  settle(claim: RefreshClaim, settlement: RefreshSettlement): Promise<boolean>;
  /** Of the secret that is there now, leaving out failures for some reasons. */
  history(id: SessionId, reason: string, except: readonly string[]): Promise<FailureHistory>;
  /** A result that came too late for its session. */
  keepOrphan(grant: KeptGrant, audit: AuditNote): Promise<void>;
  /** Forgets attempts that began, and grants that were kept, before then. */
  purge(attemptsBefore: Date, grantsBefore: Date, limit: number): Promise<number>;
}

export const RefreshStore = Symbol.for('maestro/refresh-store');
