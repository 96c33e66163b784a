import type { AuthType } from '../contracts/auth-type.js';
import type { ProviderId } from '../contracts/provider-id.js';
import type { SessionRecord, StoredSessionStatus } from '../contracts/session.js';
import { SessionId } from '../contracts/session.js';
import type { SessionName } from '../contracts/session-name.js';
import type { SavedAuthentication } from './entities/saved-authentication.entity.js';

/** What the statements tell of a row: all but the lease, which only a refresher reads, and what is only looked for. */
export type SessionRow = Omit<
  SavedAuthentication,
  'leaseOwner' | 'leaseEpoch' | 'leaseUntil' | 'refreshAttemptId' | 'refreshStartedAt' | 'refreshFailures' | 'fingerprint'
> & {
  /** The database's time. */
  readonly readAt: Date;
};

/** Values were parsed before they were stored, and the table's checks hold them to it: nothing is parsed again. */
export function recordFromRow(row: SessionRow): SessionRecord {
  const { label, statusReason, baseUrl, secretHint, expiresAt, lastUsedAt, lastRefreshAt, nextRefreshAt, issuedAt } = row;
  return {
    id: SessionId.of(row.id),
    provider: row.provider as ProviderId,
    authType: row.authType as AuthType,
    name: row.name as SessionName,
    status: row.status as StoredSessionStatus,
    secret: { bytes: row.credentials, keyId: row.keyId },
    secretVersion: row.secretVersion,
    generation: row.generation,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    readAt: row.readAt,
    ...present({ label, statusReason, baseUrl, secretHint }),
    ...present({ expiresAt, lastUsedAt, lastRefreshAt, nextRefreshAt, issuedAt }),
  };
}

/** Without what is null: a record leaves out what it has not. */
function present<Name extends string, Value>(values: Readonly<Record<Name, Value | null>>): Partial<Record<Name, Value>> {
  const entries = Object.entries<Value | null>(values).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as Partial<Record<Name, Value>>;
}
