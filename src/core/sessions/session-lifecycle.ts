import type { Session, SessionRecord, SessionStatus, StoredSessionStatus } from '../../contracts/session.js';
import { adviceFor } from './session-advice.js';

/** Where a session is in its life. A deleted one is a tombstone, a purged one a line in the audit trail. */
export type LifecycleState = StoredSessionStatus | 'deleted' | 'purged';

/**
 * What happens to a session. `refresh` went well; `refresh-fail` went wrong in a way that may pass; with `grant-reject` the
 * provider said that the grant is dead; `give-up` is a refresh that failed for days.
 */
export type LifecycleEvent =
  'disable' | 'enable' | 'replace-secret' | 'refresh' | 'refresh-fail' | 'grant-reject' | 'give-up' | 'delete' | 'purge';

/** Events that leave a session in the vault; the others are the store's. */
type StayingEvent = Exclude<LifecycleEvent, 'delete' | 'purge'>;

type Transitions = Readonly<Partial<Record<StayingEvent, StoredSessionStatus>> & { delete?: 'deleted'; purge?: 'purged' }>;

const refreshing: Transitions = { 'refresh-fail': 'needs_attention', 'grant-reject': 'reauth_required', 'give-up': 'exhausted' };
const always: Transitions = { disable: 'disabled', 'replace-secret': 'active', delete: 'deleted' };

/**
 * The one table of a session's life; an event that is not listed leaves the state as it is. The database holds stored states to
 * the same list. Whoever is disabled stays so until somebody says otherwise, whatever a refresh brings.
 */
export const transitions: Readonly<Record<LifecycleState, Transitions>> = {
  active: { ...always, ...refreshing },
  needs_attention: { ...always, ...refreshing, refresh: 'active' },
  // A result that was saved late proves the grant to be alive after all.
  reauth_required: { ...always, refresh: 'active' },
  exhausted: { ...always, refresh: 'active', 'grant-reject': 'reauth_required' },
  disabled: { ...always, enable: 'active' },
  deleted: { purge: 'purged' },
  purged: {},
};

export function statusAfter(status: StoredSessionStatus, event: StayingEvent): StoredSessionStatus {
  return transitions[status][event] ?? status;
}

/**
 * What callers see: a secret that cannot be opened before all, then trouble that is stored, then what the clock says of a
 * session that is never refreshed.
 */
export function statusOf(
  { status, expiresAt, nextRefreshAt, secret }: Pick<SessionRecord, 'status' | 'expiresAt' | 'nextRefreshAt' | 'secret'>,
  now: Date,
  keyIds: readonly string[],
): SessionStatus {
  if (!keyIds.includes(secret.keyId)) return 'unreadable';
  if (status !== 'active' || expiresAt === undefined || nextRefreshAt !== undefined) return status;
  return expiresAt <= now ? 'expired' : 'active';
}

/** A row of the vault as callers see it: without the secret and what guards it. Nothing is opened: a bad row shows like any other. */
export function sessionFromRecord(record: SessionRecord, now: Date, keyIds: readonly string[]): Session {
  const { secret: _secret, secretVersion: _version, generation: _generation, issuedAt: _issuedAt, readAt = now, ...open } = record;
  const session = { ...open, status: statusOf(record, readAt, keyIds) };
  const advice = adviceFor(session, readAt);
  return advice === undefined ? session : { ...session, nextStep: advice.text };
}
