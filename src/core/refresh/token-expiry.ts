import type { Clock } from '../../contracts/clock.js';
import type { SessionRecord } from '../../contracts/session.js';
import type { TokenSet } from '../../contracts/tokens.js';

/** Milliseconds; what the issuer said, or what its answer was taken to mean. */
export function lifetimeOf({ lifetimeSeconds, expiresAt }: Pick<TokenSet, 'lifetimeSeconds' | 'expiresAt'>, now: Date): number | undefined {
  if (lifetimeSeconds !== undefined) return lifetimeSeconds * 1_000;
  return expiresAt === undefined ? undefined : expiresAt.getTime() - now.getTime();
}

type Expiring = Pick<SessionRecord, 'expiresAt' | 'issuedAt' | 'readAt'>;

/**
 * By the clock that the end was written with: the store's, where it has one.
 *
 * @param age milliseconds since the record was read
 */
export function timeOf({ readAt }: Expiring, clock: Pick<Clock, 'now'>, age = 0): Date {
  if (readAt === undefined) return clock.now();
  return age === 0 ? readAt : new Date(readAt.getTime() + age);
}

export function isExpired({ expiresAt }: Expiring, now: Date): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** So close to its end that it might end under way. */
export function isDue({ expiresAt, issuedAt }: Expiring, now: Date): boolean {
  return expiresAt !== undefined && expiresAt.getTime() - marginMs(expiresAt, issuedAt) <= now.getTime();
}

/** A minute, or a twentieth of the lifetime where that is more; of short lives half, or each request would refresh. */
export function marginMs(expiresAt: Date, issuedAt: Date | undefined): number {
  if (issuedAt === undefined) return 60_000;
  const lifetime = Math.max(expiresAt.getTime() - issuedAt.getTime(), 0);
  return Math.min(Math.max(60_000, lifetime / 20), lifetime / 2);
}
