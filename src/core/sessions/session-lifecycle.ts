import type { Session, SessionRecord, SessionStatus, StoredSessionStatus } from '../../contracts/session.js';

/** What happens to a session. */
export type LifecycleEvent = 'disable' | 'enable' | 'replace-secret';

/** What an event makes of a session; an event that is not listed leaves it as it is. */
const transitions: Readonly<Record<StoredSessionStatus, Readonly<Partial<Record<LifecycleEvent, StoredSessionStatus>>>>> = {
  active: { disable: 'disabled' },
  needs_attention: { disable: 'disabled', 'replace-secret': 'active' },
  reauth_required: { disable: 'disabled', 'replace-secret': 'active' },
  exhausted: { disable: 'disabled', 'replace-secret': 'active' },
  disabled: { enable: 'active', 'replace-secret': 'active' },
};

export function statusAfter(status: StoredSessionStatus, event: LifecycleEvent): StoredSessionStatus {
  return transitions[status][event] ?? status;
}

/** What callers see. Trouble that is stored says more than the clock does. */
export function statusOf({ status, expiresAt }: Pick<SessionRecord, 'status' | 'expiresAt'>, now: Date): SessionStatus {
  if (status !== 'active' || expiresAt === undefined) return status;
  return expiresAt <= now ? 'expired' : 'active';
}

/** A row of the vault as callers see it: without the secret and what guards it. */
export function sessionFromRecord(record: SessionRecord, now: Date): Session {
  const { secret: _secret, secretVersion: _version, generation: _generation, ...open } = record;
  return { ...open, status: statusOf(record, now) };
}
