import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { SealedCredentials } from './sealed-row.js';

/**
 * A named session as it rests. Column by column what the last migration leaves behind, constraints under the same names, so
 * that `typeorm migration:generate --check` finds nothing to do.
 */
@Entity('saved_authentications')
@Check('saved_authentications_auth_type', `auth_type in ('oauth', 'api_key')`)
@Check('saved_authentications_name_format', `name ~ '^[A-Za-z0-9_-]+$'`)
@Check('saved_authentications_name_length', `char_length(name) between 3 and 50`)
@Check('saved_authentications_name_not_uuid', `name !~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'`)
@Check('saved_authentications_status', `status in ('active', 'needs_attention', 'reauth_required', 'exhausted', 'disabled')`)
@Check('saved_authentications_counters', `secret_version >= 1 and generation >= 1 and lease_epoch >= 0 and refresh_failures >= 0`)
@Index('saved_authentications_provider_auth_type_name_index', ['provider', 'authType', 'name'], { unique: true })
// On lower(name), which the decorator cannot say; the migration makes it.
@Index('saved_authentications_provider_auth_type_lower_name_index', { synchronize: false })
@Index('saved_authentications_expires_at_index', ['expiresAt'])
@Index('saved_authentications_key_id_index', ['keyId'])
@Index('saved_authentications_fingerprint_index', ['fingerprint'])
@Index('saved_authentications_next_refresh_at_index', ['nextRefreshAt'])
export class SavedAuthentication extends SealedCredentials {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'saved_authentications_pkey' })
  id: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text', nullable: true })
  label: string | null;

  @Column({ type: 'integer' })
  generation: number;

  @Column({ type: 'text' })
  status: string;

  @Column({ name: 'status_reason', type: 'text', nullable: true })
  statusReason: string | null;

  @Column({ name: 'base_url', type: 'text', nullable: true })
  baseUrl: string | null;

  @Column({ name: 'secret_hint', type: 'text', nullable: true })
  secretHint: string | null;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt: Date | null;

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt: Date | null;

  @Column({ name: 'last_refresh_at', type: 'timestamptz', nullable: true })
  lastRefreshAt: Date | null;

  @Column({ name: 'next_refresh_at', type: 'timestamptz', nullable: true })
  nextRefreshAt: Date | null;

  /** When the access token came. */
  @Column({ name: 'issued_at', type: 'timestamptz', nullable: true })
  issuedAt: Date | null;

  /** Who refreshes just now, since when, until when at the latest, and under which epoch and attempt. */
  @Column({ name: 'lease_owner', type: 'text', nullable: true })
  leaseOwner: string | null;

  @Column({ name: 'lease_epoch', type: 'integer' })
  leaseEpoch: number;

  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil: Date | null;

  @Column({ name: 'refresh_attempt_id', type: 'uuid', nullable: true })
  refreshAttemptId: string | null;

  @Column({ name: 'refresh_started_at', type: 'timestamptz', nullable: true })
  refreshStartedAt: Date | null;

  @Column({ name: 'refresh_failures', type: 'integer' })
  refreshFailures: number;

  /** Of the secret, under a key derived from the one that it names; absent where it was not made yet. */
  @Column({ type: 'text', nullable: true })
  fingerprint: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
