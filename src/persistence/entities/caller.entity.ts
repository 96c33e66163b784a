import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

import { SavedAuthentication } from './saved-authentication.entity.js';

/** Who holds a Maestro key; of the key itself, a hash under a sealed pepper. Revoked ones stay, without grants. */
@Entity('callers')
@Check('callers_auth_type', `provider = 'maestro' and auth_type = 'api_key'`)
@Check('callers_limits', `max_streams >= 1 and requests_per_minute >= 1`)
// On lower(name) of those that are not revoked, which the decorator cannot say; the migration makes it.
@Index('callers_lower_name_index', { synchronize: false })
@Index('callers_key_id_index', ['keyId'])
export class CallerRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'callers_pkey' })
  id: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text', array: true })
  scopes: string[];

  @Column({ name: 'max_streams', type: 'integer', nullable: true })
  maxStreams: number | null;

  @Column({ name: 'requests_per_minute', type: 'integer', nullable: true })
  requestsPerMinute: number | null;

  /** As every sealed table has it. */
  @Column({ type: 'text' })
  provider: string;

  @Column({ name: 'auth_type', type: 'text' })
  authType: string;

  /** The sealed envelope. */
  @Column({ type: 'bytea' })
  pepper: Buffer;

  /** Which key wraps it. */
  @Column({ name: 'key_id', type: 'text' })
  keyId: string;

  @Column({ name: 'secret_version', type: 'integer' })
  secretVersion: number;

  @Column({ name: 'key_hash', type: 'bytea' })
  keyHash: Buffer;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt: Date | null;

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt: Date | null;
}

/** What a caller may use: sessions by their names, or one session by its id; that one goes with the session. */
@Entity('caller_grants')
@Check('caller_grants_auth_type', `auth_type in ('oauth', 'api_key')`)
@Check('caller_grants_target', `(session_id is null) = (provider is not null and name is not null)`)
// Over columns that may be null; the migration makes them.
@Index('caller_grants_name_index', { synchronize: false })
@Index('caller_grants_session_index', { synchronize: false })
@Index('caller_grants_session_id_index', ['sessionId'])
export class CallerGrantRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'caller_grants_pkey' })
  id: string;

  @ForeignKey(() => CallerRow, { name: 'caller_grants_caller_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'caller_id', type: 'uuid' })
  callerId: string;

  @Column({ type: 'text', nullable: true })
  provider: string | null;

  @Column({ name: 'auth_type', type: 'text', nullable: true })
  authType: string | null;

  @Column({ type: 'text', nullable: true })
  name: string | null;

  @ForeignKey(() => SavedAuthentication, { name: 'caller_grants_session_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'session_id', type: 'uuid', nullable: true })
  sessionId: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

/** Which session a caller means who names none; gone with the session. */
@Entity('caller_defaults')
@Index('caller_defaults_caller_id_provider_index', ['callerId', 'provider'], { unique: true })
@Index('caller_defaults_session_id_index', ['sessionId'])
export class CallerDefaultRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'caller_defaults_pkey' })
  id: string;

  @ForeignKey(() => CallerRow, { name: 'caller_defaults_caller_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'caller_id', type: 'uuid' })
  callerId: string;

  @Column({ type: 'text' })
  provider: string;

  @ForeignKey(() => SavedAuthentication, { name: 'caller_defaults_session_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'session_id', type: 'uuid' })
  sessionId: string;
}
