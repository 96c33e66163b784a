import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

import { SavedAuthentication } from './saved-authentication.entity.js';

/** A conversation of a session; gone with it. */
@Entity('contexts')
@Index('contexts_session_id_context_id_index', ['sessionId', 'contextId'], { unique: true })
export class ConversationContext {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'contexts_pkey' })
  id: string;

  @ForeignKey(() => SavedAuthentication, { name: 'contexts_session_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'session_id', type: 'uuid' })
  sessionId: string;

  @Column({ name: 'context_id', type: 'text' })
  contextId: string;

  /** The provider's own name of it, where the provider keeps it. */
  @Column({ name: 'remote_ref', type: 'text', nullable: true })
  remoteRef: string | null;

  @Column({ name: 'next_position', type: 'integer' })
  nextPosition: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}

/** One piece of a conversation. What was said is sealed; what kind of piece it is stands open. */
@Entity('context_chunks')
@Check('context_chunks_role', `role in ('system', 'user', 'assistant', 'tool')`)
@Check('context_chunks_kind', `kind in ('message', 'reasoning', 'tool-call', 'tool-result')`)
@Index('context_chunks_context_position_index', ['context', 'position'], { unique: true })
@Index('context_chunks_key_id_index', ['keyId'])
export class ContextChunkRow {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'context_chunks_pkey' })
  id: string;

  @ForeignKey(() => ConversationContext, { name: 'context_chunks_context_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  context: string;

  @Column({ type: 'integer' })
  position: number;

  /** The position of the first piece of its message. */
  @Column({ type: 'integer' })
  message: number;

  @Column({ type: 'text' })
  role: string;

  @Column({ type: 'text' })
  kind: string;

  @Column({ name: 'call_id', type: 'text', nullable: true })
  callId: string | null;

  @Column({ type: 'text', nullable: true })
  model: string | null;

  @Column({ type: 'integer', nullable: true })
  tokens: number | null;

  @Column({ name: 'provider_ref', type: 'text', nullable: true })
  providerRef: string | null;

  @Column({ type: 'text' })
  provider: string;

  @Column({ name: 'auth_type', type: 'text' })
  authType: string;

  /** The sealed envelope. */
  @Column({ type: 'bytea' })
  content: Buffer;

  /** Which key wraps it. */
  @Column({ name: 'key_id', type: 'text' })
  keyId: string;

  @Column({ name: 'secret_version', type: 'integer' })
  secretVersion: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
