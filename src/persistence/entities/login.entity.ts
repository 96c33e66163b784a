import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { SealedRow } from './sealed-row.js';

/** A login between its two halves: ten minutes at most, deleted by whoever takes it. */
@Entity('pending_logins')
@Check('pending_logins_auth_type', `auth_type = 'oauth'`)
@Check('pending_logins_method', `method in ('browser', 'paste', 'device', 'federation')`)
@Index('pending_logins_state_hash_index', ['stateHash'], { unique: true })
@Index('pending_logins_caller_id_index', ['callerId'])
export class PendingLoginRow extends SealedRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pending_logins_pkey' })
  id: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  method: string;

  @Column({ name: 'caller_id', type: 'text' })
  callerId: string;

  @Column({ name: 'session_id', type: 'uuid', nullable: true })
  sessionId: string | null;

  /** Keyed; absent where no issuer sends it back. */
  @Column({ name: 'state_hash', type: 'text', nullable: true })
  stateHash: string | null;

  /** The sealed envelope. */
  @Column({ type: 'bytea' })
  secrets: Buffer;

  @Column({ name: 'poll_interval_seconds', type: 'integer', nullable: true })
  pollIntervalSeconds: number | null;

  @Column({ name: 'next_poll_at', type: 'timestamptz', nullable: true })
  nextPollAt: Date | null;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date;
}

/** How a login ended, for who began it; no secret. */
@Entity('finished_logins')
@Check('finished_logins_status', `status in ('finishing', 'done', 'failed')`)
export class FinishedLoginRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'finished_logins_pkey' })
  id: string;

  @Column({ type: 'text' })
  provider: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text' })
  method: string;

  @Column({ name: 'caller_id', type: 'text' })
  callerId: string;

  @Column({ type: 'text' })
  status: string;

  @Column({ name: 'session_id', type: 'uuid', nullable: true })
  sessionId: string | null;

  @Column({ name: 'problem_code', type: 'text', nullable: true })
  problemCode: string | null;

  @Column({ name: 'problem_detail', type: 'text', nullable: true })
  problemDetail: string | null;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date;
}

/** That somebody accepted the terms of a provider's login. */
@Entity('login_consents')
@Index('login_consents_provider_terms_date_index', ['provider', 'termsDate'], { unique: true })
export class LoginConsentRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'login_consents_pkey' })
  id: string;

  @Column({ type: 'text' })
  provider: string;

  @Column({ name: 'terms_date', type: 'text' })
  termsDate: string;

  @Column({ name: 'accepted_by', type: 'text' })
  acceptedBy: string;

  @Column({ name: 'accepted_at', type: 'timestamptz' })
  acceptedAt: Date;
}
