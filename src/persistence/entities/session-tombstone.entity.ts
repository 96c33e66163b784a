import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What is left of a deleted session: that it was, never its secret. */
@Entity('session_tombstones')
@Index('session_tombstones_deleted_at_index', ['deletedAt'])
export class SessionTombstone {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'session_tombstones_pkey' })
  id: string;

  @Column({ type: 'text' })
  provider: string;

  @Column({ name: 'auth_type', type: 'text' })
  authType: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'deleted_at', type: 'timestamptz' })
  deletedAt: Date;
}
