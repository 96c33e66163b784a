import type { AuthType } from '../../contracts/auth-type.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { SessionName } from '../../contracts/session-name.js';
import type { Page, SealedSecret, SessionId, SessionRecord, StoredSessionStatus } from '../../contracts/session.js';

export interface NewSessionRecord {
  readonly id: SessionId;
  readonly provider: ProviderId;
  readonly authType: AuthType;
  readonly name: SessionName;
  readonly label?: string;
  readonly baseUrl?: string;
  readonly expiresAt?: Date;
  readonly secretHint?: string;
  readonly secret: SealedSecret;
  readonly secretVersion: number;
}

export interface SessionFilter {
  readonly provider?: ProviderId;
  readonly authType?: AuthType;
  readonly status?: StoredSessionStatus | 'expired';
  /** 1 to 200. */
  readonly limit: number;
  /** Where the last page ended. */
  readonly after?: SessionId;
}

/** `null` takes a value away; an absent field stays. */
export interface SessionChange {
  readonly name?: SessionName;
  readonly label?: string | null;
  readonly status?: StoredSessionStatus;
  readonly statusReason?: string | null;
}

export interface SecretChange {
  readonly secret: SealedSecret;
  readonly secretVersion: number;
  readonly secretHint: string | null;
  readonly expiresAt: Date | null;
  readonly baseUrl: string | null;
}

/** The vault's table. Every change is one statement that holds or does not; `undefined` means the row was not there (any more). */
export interface SessionStore {
  /** @throws MaestroError `session.name-taken` */
  insert(record: NewSessionRecord): Promise<SessionRecord>;
  findById(id: SessionId): Promise<SessionRecord | undefined>;
  /** By (provider, name), of one auth type or of both: at most two. The hot look-up: one prepared statement. */
  findByName(provider: ProviderId, name: SessionName, authType?: AuthType): Promise<readonly SessionRecord[]>;
  list(filter: SessionFilter): Promise<Page<SessionRecord>>;
  /** Compare and set by generation. @throws MaestroError `session.name-taken` */
  change(id: SessionId, generation: number, change: SessionChange): Promise<SessionRecord | undefined>;
  /** Compare and set by generation; sets the status back to `active`. */
  replaceSecret(id: SessionId, generation: number, change: SecretChange): Promise<SessionRecord | undefined>;
  /** Destroys the secret at once, frees the name and leaves a tombstone. */
  delete(id: SessionId): Promise<boolean>;
  /** Coarse, and never a reason to fail: notes that a session served. */
  touch(ids: readonly SessionId[], at: Date): Promise<void>;
}

export const SessionStore = Symbol.for('maestro/session-store');
