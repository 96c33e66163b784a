import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { SealedCredentials } from './sealed-row.js';

/** The ledger: what became of each attempt to refresh. Whose token it was says its fingerprint; no secret is here. */
@Entity('refresh_attempts')
@Check('refresh_attempts_state', `state in ('claimed', 'sent', 'stored', 'rejected', 'unknown')`)
@Index('refresh_attempts_session_id_index', ['sessionId', 'claimedAt'])
@Index('refresh_attempts_claimed_at_index', ['claimedAt'])
export class RefreshAttempt {
  @PrimaryColumn({ name: 'attempt_id', type: 'uuid', primaryKeyConstraintName: 'refresh_attempts_pkey' })
  attemptId: string;

  @Column({ name: 'session_id', type: 'uuid' })
  sessionId: string;

  /** Of the session, when it was claimed. */
  @Column({ type: 'integer' })
  generation: number;

  /** Of the refresh token that was sent; absent before. */
  @Column({ name: 'token_fingerprint', type: 'text', nullable: true })
  tokenFingerprint: string | null;

  @Column({ type: 'text' })
  state: string;

  /** A code. */
  @Column({ type: 'text', nullable: true })
  reason: string | null;

  @Column({ type: 'text' })
  replica: string;

  @Column({ name: 'claimed_at', type: 'timestamptz' })
  claimedAt: Date;

  @Column({ name: 'sent_at', type: 'timestamptz', nullable: true })
  sentAt: Date | null;

  @Column({ name: 'settled_at', type: 'timestamptz', nullable: true })
  settledAt: Date | null;
}

/** Tokens that a session does not hold (any more) and that might be needed to save it. */
@Entity('orphaned_grants')
@Check('orphaned_grants_reason', `reason in ('fenced', 'replaced')`)
@Index('orphaned_grants_session_id_index', ['sessionId'])
@Index('orphaned_grants_created_at_index', ['createdAt'])
export class OrphanedGrant extends SealedCredentials {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'orphaned_grants_pkey' })
  id: string;

  @Column({ name: 'session_id', type: 'uuid' })
  sessionId: string;

  @Column({ type: 'text' })
  reason: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

/** Logins of deleted sessions that a provider still has to be told of. */
@Entity('pending_revocations')
@Check('pending_revocations_attempts', 'attempts >= 0')
@Index('pending_revocations_next_at_index', ['nextAt'])
export class PendingRevocation extends SealedCredentials {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pending_revocations_pkey' })
  id: string;

  @Column({ name: 'session_id', type: 'uuid' })
  sessionId: string;

  /** Who deleted the session. */
  @Column({ type: 'text' })
  actor: string;

  @Column({ type: 'integer' })
  attempts: number;

  @Column({ name: 'next_at', type: 'timestamptz' })
  nextAt: Date;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
