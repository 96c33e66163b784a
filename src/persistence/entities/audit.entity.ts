import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One link of the audit trail; triggers refuse any change of it. */
@Entity('audit_events')
@Check('audit_events_seq', 'seq >= 1')
@Check('audit_events_outcome', `outcome in ('done', 'failed', 'skipped')`)
@Index('audit_events_target_index', ['target', 'seq'])
export class AuditEventRow {
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'audit_events_pkey' })
  seq: string;

  @Column({ type: 'timestamptz' })
  at: Date;

  @Column({ type: 'text' })
  actor: string;

  @Column({ type: 'text' })
  action: string;

  @Column({ type: 'text' })
  target: string;

  @Column({ type: 'text', nullable: true })
  related: string | null;

  @Column({ type: 'text' })
  outcome: string;

  @Column({ type: 'text', nullable: true })
  detail: string | null;

  @Column({ type: 'bytea' })
  hash: Buffer;

  @Column({ name: 'key_id', type: 'text' })
  keyId: string;

  @Column({ type: 'bytea' })
  mac: Buffer;
}

/** Where the trail ends: one row, which whoever writes to the trail holds until the end of the transaction. */
@Entity('audit_head')
@Check('audit_head_only', '"only"')
export class AuditHeadRow {
  @PrimaryColumn({ name: 'is_only', type: 'boolean', primaryKeyConstraintName: 'audit_head_pkey' })
  isOnly: boolean;

  @Column({ type: 'bigint' })
  seq: string;

  @Column({ type: 'bytea' })
  hash: Buffer;

  @Column({ name: 'key_id', type: 'text', nullable: true })
  keyId: string | null;

  @Column({ type: 'bytea', nullable: true })
  mac: Buffer | null;
}
