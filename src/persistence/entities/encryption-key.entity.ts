import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key that this database has seen: a known text sealed with it tells at the next start whether it is still the same. Never the key. */
@Entity('encryption_keys')
export class EncryptionKey {
  @PrimaryColumn({ name: 'key_id', type: 'text', primaryKeyConstraintName: 'encryption_keys_pkey' })
  keyId: string;

  @Column({ type: 'bytea' })
  sentinel: Buffer;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  /** Since when nothing may be sealed with it. */
  @Column({ name: 'retired_at', type: 'timestamptz', nullable: true })
  retiredAt: Date | null;
}
