import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { SealedRow } from './sealed-row.js';

/** A request that came with an `Idempotency-Key`: whose turn it is, and once it is done what it was answered. */
@Entity('idempotent_requests')
@Index('idempotent_requests_expires_at_index', ['expiresAt'])
export class IdempotentRequestRow extends SealedRow {
  /** Made of the caller and the key. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'idempotent_requests_pkey' })
  id: string;

  @Column({ name: 'caller_id', type: 'text' })
  callerId: string;

  /** The sealed envelope: answers may hold secrets, and so may requests. */
  @Column({ type: 'bytea' })
  content: Buffer;

  /** Grows each time that somebody else takes the request over. */
  @Column({ type: 'integer' })
  epoch: number;

  @Column({ name: 'is_done', type: 'boolean' })
  isDone: boolean;

  @Column({ name: 'leased_until', type: 'timestamptz' })
  leasedUntil: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt: Date;
}
