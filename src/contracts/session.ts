import type { AuthType } from './auth-type.js';
import type { Brand } from './brand.js';
import type { ProviderId } from './provider-id.js';
import type { SessionName } from './session-name.js';

/** A session's UUID. It stays through renames and new credentials. */
export type SessionId = Brand<string, 'SessionId'>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const SessionId = {
  is(text: string): text is SessionId {
    return uuid.test(text);
  },
  /** For ids that the database or `randomUUID` made. */
  of(text: string): SessionId {
    return text as SessionId;
  },
};

/** What is stored. `expired` and `unreadable` are derived when a session is read (`statusOf`). */
export type StoredSessionStatus = 'active' | 'needs_attention' | 'reauth_required' | 'exhausted' | 'disabled';

export type SessionStatus = StoredSessionStatus | 'expired' | 'unreadable';

/** A named provider account, as callers see it: never its secret. */
export interface Session {
  readonly id: SessionId;
  readonly provider: ProviderId;
  readonly authType: AuthType;
  readonly name: SessionName;
  readonly label?: string;
  readonly status: SessionStatus;
  /** Why the status is what it is; a code, never a provider's text. */
  readonly statusReason?: string;
  /** What to do about it, in words; absent: nothing. */
  readonly nextStep?: string;
  readonly expiresAt?: Date;
  readonly lastUsedAt?: Date;
  readonly lastRefreshAt?: Date;
  readonly nextRefreshAt?: Date;
  /** An address of this session's own; absent: the provider's configured address. */
  readonly baseUrl?: string;
  /** The last four characters of a key of 20 or more, to tell two keys apart. */
  readonly secretHint?: string;
  /** Told when a secret is stored: other sessions that hold the same one, as far as the caller may see them. */
  readonly duplicates?: readonly SessionId[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** (provider, authType, name) as callers may give it: a name or an id; `authType` where the name alone is not clear. */
export interface SessionReference {
  readonly provider: ProviderId;
  /** A session name or a session id. */
  readonly session: string;
  readonly authType?: AuthType;
}

/** A secret as it rests in the database: the envelope's bytes and the id of the key that wraps it. */
export interface SealedSecret {
  readonly bytes: Uint8Array;
  readonly keyId: string;
}

/** A row of the vault. Inside core and persistence only. */
export interface SessionRecord {
  readonly id: SessionId;
  readonly provider: ProviderId;
  readonly authType: AuthType;
  readonly name: SessionName;
  readonly label?: string;
  readonly status: StoredSessionStatus;
  readonly statusReason?: string;
  readonly expiresAt?: Date;
  readonly lastUsedAt?: Date;
  readonly lastRefreshAt?: Date;
  /** Set for a login that can be refreshed, whatever its state. */
  readonly nextRefreshAt?: Date;
  readonly baseUrl?: string;
  readonly secretHint?: string;
  readonly secret: SealedSecret;
  /** Grows only when the secret is written; part of the envelope's associated data. */
  readonly secretVersion: number;
  /** Grows with every change that a refresher must notice. */
  readonly generation: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** When the access token came; absent: not known. */
  readonly issuedAt?: Date;
  /** The store's own time when this was read: what ends, ends by this clock. Absent: the store has none. */
  readonly readAt?: Date;
}

/** One page of a list. `nextCursor` is absent on the last. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor?: string;
}

/** A session's own id, or the reference by provider and name. */
export type SessionAddress = { readonly id: SessionId } | SessionReference;
