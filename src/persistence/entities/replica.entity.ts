import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process that works on this database, for as long as it says so every few seconds. */
@Entity('replicas')
export class Replica {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'replicas_pkey' })
  id: string;

  @Column({ name: 'primary_id', type: 'text' })
  primaryId: string;

  @Column({ name: 'key_ids', type: 'text', array: true })
  keyIds: string[];

  @Column({ name: 'seen_at', type: 'timestamptz' })
  seenAt: Date;
}
