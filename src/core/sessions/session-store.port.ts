import type { AuditNote } from '../../contracts/audit-event.js';
import type { AuthType } from '../../contracts/auth-type.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { Page, SealedSecret, SessionId, SessionRecord, StoredSessionStatus } from '../../contracts/session.js';
import type { SessionName } from '../../contracts/session-name.js';
import type { PendingRevocation } from '../refresh/revocation-outbox.port.js';

export interface NewSessionRecord {
  readonly id: SessionId;
  /** The caller who makes it, and is granted it by its id in the same transaction. Absent: nobody is. */
  readonly ownerId?: string;
  readonly provider: ProviderId;
  readonly authType: AuthType;
  readonly name: SessionName;
  readonly label?: string;
  readonly baseUrl?: string;
  readonly expiresAt?: Date;
  readonly secretHint?: string;
  readonly secret: SealedSecret;
  readonly secretVersion: number;
  /** Of the secret. Absent: not known yet. */
  readonly fingerprint?: string;
  /** Of a login that can be refreshed. */
  readonly nextRefreshAt?: Date;
  /** Default: `active`. */
  readonly status?: StoredSessionStatus;
  readonly statusReason?: string;
}

export interface SessionFilter {
  readonly provider?: ProviderId;
  readonly authType?: AuthType;
  readonly status?: StoredSessionStatus | 'expired' | 'unreadable';
  /** The keys at hand: a session under another one is `unreadable`. Absent: all are. */
  readonly keyIds?: readonly string[];
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
  /** Of the new secret. Absent: not known yet. */
  readonly fingerprint?: string;
  /** Of a login that can be refreshed. */
  readonly nextRefreshAt?: Date;
}

/** What its provider has to be told of a login that is deleted. */
export interface LastWord {
  /** The login is deleted with this secret or not at all: a later one would never be revoked. */
  readonly secretVersion: number;
  /** Absent: there is nothing that could be told. */
  readonly revocation?: PendingRevocation;
}

/**
 * The vault's table. Every change holds or does not; `undefined` means the row was not there (any more). A change that holds is
 * in the audit trail, one that does not is not.
 */
export interface SessionStore {
  /** @throws MaestroError `session.name-taken` */
  insert(record: NewSessionRecord, audit: AuditNote): Promise<SessionRecord>;
  findById(id: SessionId): Promise<SessionRecord | undefined>;
  /** By (provider, name), of one auth type or of both: at most two. The hot look-up: one prepared statement. */
  findByName(provider: ProviderId, name: SessionName, authType?: AuthType): Promise<readonly SessionRecord[]>;
  /** Who carries one of these; a hundred at most. */
  findByFingerprint(fingerprints: readonly string[]): Promise<readonly SessionRecord[]>;
  list(filter: SessionFilter): Promise<Page<SessionRecord>>;
  /** Compare and set by generation. @throws MaestroError `session.name-taken` */
  change(id: SessionId, generation: number, change: SessionChange, audit: AuditNote): Promise<SessionRecord | undefined>;
  /** Compare and set by generation; sets the status back to `active`. */
  replaceSecret(id: SessionId, generation: number, change: SecretChange, audit: AuditNote): Promise<SessionRecord | undefined>;
  /** Destroys the secret at once, frees the name and leaves a tombstone; what is to be told to the provider holds with it. */
  delete(id: SessionId, audit: AuditNote, lastWord?: LastWord): Promise<boolean>;
  /** Coarse, and never a reason to fail: notes that a session served. */
  touch(ids: readonly SessionId[], at: Date): Promise<void>;
  /**
   * Forgets tombstones of sessions that were deleted before then, and tells how many it forgot. Several processes may do so at
   * a time.
   */
  purgeTombstones(deletedBefore: Date, limit: number): Promise<number>;
  /** Sessions whose fingerprint is not known or does not begin so, by id. */
  listWithoutFingerprint(prefix: string, limit: number, after?: SessionId): Promise<readonly SessionRecord[]>;
  /** Holds where the secret is still this version. Nothing else of the session changes. */
  setFingerprint(id: SessionId, secretVersion: number, fingerprint: string): Promise<boolean>;
}

export const SessionStore = Symbol.for('maestro/session-store');
