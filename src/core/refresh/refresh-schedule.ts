import { createHash } from 'node:crypto';

import type { SessionId } from '../../contracts/session.js';

/** What a login brought, by one clock. */
export interface IssuedTokens {
  readonly sessionId: SessionId;
  readonly issuedAt: Date;
  /** Absent: the access token does not expire. */
  readonly expiresAt?: Date;
  /** A refresh token that is not used for so long is dead; absent: not known. */
  readonly refreshIdleDays?: number;
}

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** Not before this, whatever the rest says: an issuer that answers with a token that is due already is not asked in a circle. */
const shortestPause = 30 * second;

/**
 * When to refresh without being asked. Before the end by a fifth of the lifetime (5 to 30 minutes) and a jitter of up to a tenth
 * of it, which hangs on the session: sessions that were made together do not come together, and a restart changes nothing. Never
 * in the first half of the lifetime, since several issuers end the old access token when they make a new one. A grant that nobody
 * uses is used once a day, or so often that half of its idle life is the longest rest.
 */
export function nextRefreshAt({ sessionId, issuedAt, expiresAt, refreshIdleDays = Infinity }: IssuedTokens): Date {
  const lifetime = expiresAt === undefined ? undefined : expiresAt.getTime() - issuedAt.getTime();
  const halfLife = (lifetime ?? 0) / 2;
  const halfIdle = (refreshIdleDays * day) / 2;
  const beforeExpiry =
    lifetime === undefined ? Infinity : Math.max(lifetime - marginOf(lifetime) - jitterOf(sessionId) * (lifetime / 10), halfLife);
  const beforeIdle = Math.min(Math.max(day, halfLife), halfIdle);
  const after = Math.max(Math.min(beforeExpiry, beforeIdle), shortestPause);
  return new Date(issuedAt.getTime() + after);
}

function marginOf(lifetime: number): number {
  return Math.min(Math.max(lifetime / 5, 5 * minute), 30 * minute);
}

/** From 0 to 1, always the same for a session. */
export function jitterOf(sessionId: SessionId): number {
  return createHash('sha256').update(sessionId).digest().readUInt32BE(0) / 2 ** 32;
}
