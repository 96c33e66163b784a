import type { Clock } from '../../contracts/clock.js';
import type { SessionRecord } from '../../contracts/session.js';

type Expiring = Pick<SessionRecord, 'expiresAt' | 'issuedAt' | 'readAt'>;

/** By the clock that the end was written with: the store's, where it has one. */
export function timeOf({ readAt }: Expiring, clock: Pick<Clock, 'now'>): Date {
  return readAt ?? clock.now();
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
