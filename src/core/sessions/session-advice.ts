import type { Session, SessionStatus } from '../../contracts/session.js';

/** What to do about a session, in words. */
export interface SessionAdvice {
  readonly text: string;
  /** False: it mends itself, or was meant so. */
  readonly needsPerson: boolean;
}

type Described = Pick<Session, 'provider' | 'authType' | 'name' | 'status' | 'statusReason' | 'expiresAt' | 'nextRefreshAt'>;

/** Milliseconds after which a due refresh shows that nobody refreshes. */
const patience = 15 * 60_000;

/** `undefined` where there is nothing to do. */
export function adviceFor(session: Described, now: Date): SessionAdvice | undefined {
  return byStatus[session.status](session, now);
}

const byStatus: Readonly<Record<SessionStatus, (session: Described, now: Date) => SessionAdvice | undefined>> = {
  active: adviceForActive,
  disabled: () => ({ text: 'nothing to do; somebody disabled it, and `maestro sessions enable` undoes that', needsPerson: false }),
  expired: (session) => person(`its access token ended and it has no way to get another; ${renewal(session)}`),
  needs_attention: (session) =>
    person(`it may still serve, but ${because(session, 'refreshing it fails')}; ask its provider, or ${renewal(session)}`),
  reauth_required: (session) => person(`${because(session, 'its provider does not take its login any more')}; ${renewal(session)}`),
  exhausted: (session) =>
    person(`refreshing it failed for days; when its provider is well again, \`maestro sessions refresh\`, else ${renewal(session)}`),
  unreadable: (session) => person(`its secret cannot be opened; give this process the key that sealed it, or ${renewal(session)}`),
};

function adviceForActive({ statusReason, nextRefreshAt }: Described, now: Date): SessionAdvice | undefined {
  if (statusReason === 'restored_stale') {
    return {
      text: 'it came from a backup: its refresh token may be spent, and is only tried when it expires or with `maestro sessions refresh`',
      needsPerson: false,
    };
  }
  if (nextRefreshAt === undefined || now.getTime() - nextRefreshAt.getTime() < patience) return undefined;
  return person(
    `its refresh is due since ${nextRefreshAt.toISOString()} and nobody does it; see whether a gateway runs and reaches its provider`,
  );
}

const waiting = 'is only tried when it expires or with `maestro sessions refresh`';

/** Reasons that a person wants to know in words; any other is told as the code that it is. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['rotation_lost', 'a refresh was cut off between its provider and us, and the refresh token went with it'],
  ['grant_rejected', 'its provider ended the login'],
  ['imported', `its refresh token is another program's as well, and ${waiting}`],
  ['restored_stale', `its refresh token may have been spent since the backup, and ${waiting}`],
]);

function because({ statusReason }: Described, otherwise: string): string {
  if (statusReason === undefined) return otherwise;
  return reasons.get(statusReason) ?? `${otherwise} (${statusReason})`;
}

function renewal({ provider, authType, name }: Described): string {
  if (authType === 'oauth') return `log in again with \`maestro auth login ${provider} ${name}\``;
  return `give its key again with \`PUT /api/sessions/${provider}/${authType}/${name}/credentials\``;
}

function person(text: string): SessionAdvice {
  return { text, needsPerson: true };
}
