import { Column } from 'typeorm';

/** What every row with a sealed secret tells of it in clear: part of what the seal vouches for, and which key opens it. */
export abstract class SealedRow {
  @Column({ type: 'text' })
  provider: string;

  @Column({ name: 'auth_type', type: 'text' })
  authType: string;

  @Column({ name: 'key_id', type: 'text' })
  keyId: string;

  @Column({ name: 'secret_version', type: 'integer' })
  secretVersion: number;
}

export abstract class SealedCredentials extends SealedRow {
  /** The sealed envelope. */
  @Column({ type: 'bytea' })
  credentials: Buffer;
}
