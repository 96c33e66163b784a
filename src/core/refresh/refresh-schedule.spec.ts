import { randomUUID } from 'node:crypto';

import fc from 'fast-check';

import { SessionId } from '../../contracts/session.js';
import { jitterOf, nextRefreshAt } from './refresh-schedule.js';

const issuedAt = new Date('2026-03-01T00:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const sessionId = SessionId.of('6f0e0d3e-6bd4-4d3b-9a2e-1f4a7ad1c001');

/** Milliseconds from issue to refresh. */
function after(lifetime: number | undefined, refreshIdleDays?: number, id = sessionId): number {
  const at = nextRefreshAt({
    sessionId: id,
    issuedAt,
    ...(lifetime !== undefined && { expiresAt: new Date(issuedAt.getTime() + lifetime) }),
    ...(refreshIdleDays !== undefined && { refreshIdleDays }),
  });
  return at.getTime() - issuedAt.getTime();
}

describe('the time of the next refresh', () => {
  it.each([
    ['a fifth before the end of an hour', hour, hour - 12 * minute],
    ['half an hour before the end of eight', 8 * hour, 7.5 * hour],
    ['five minutes before the end of twenty', 20 * minute, 15 * minute],
  ])('is at the latest %s, and a tenth of the lifetime earlier at most', (_what, lifetime, latest) => {
    const times = Array.from({ length: 200 }, () => after(lifetime, undefined, SessionId.of(randomUUID())));

    expect(Math.max(...times)).toBeLessThanOrEqual(latest);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(latest - lifetime / 10);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(lifetime / 20);
  });

  it('is the same for a session however often it is asked', () => {
    expect(after(hour)).toBe(after(hour));
    expect(jitterOf(sessionId)).toBe(jitterOf(sessionId));
  });

  it('leaves a token alone for the first half of its life, however short that is', () => {
    expect(after(6 * minute)).toBe(3 * minute);
    expect(after(2 * minute)).toBe(minute);
  });

  it('is half a minute away where the answer is due already', () => {
    expect(after(1_000)).toBe(30_000);
    expect(after(-hour)).toBe(30_000);
  });

  it('uses a grant once a day where nobody else does, and rests no longer than half of its idle life', () => {
    expect(after(undefined)).toBe(day);
    expect(after(undefined, 1)).toBe(day / 2);
    expect(after(30 * day)).toBe(15 * day);
    expect(after(30 * day, 14)).toBe(7 * day);
    expect(after(hour, 90)).toBe(after(hour));
  });

  it('is never after the end, nor sooner than half a minute', () => {
    fc.assert(
      fc.property(fc.integer({ min: minute, max: 400 * day }), fc.integer({ min: 1, max: 400 }), fc.uuid(), (lifetime, idle, id) => {
        const found = after(lifetime, idle, SessionId.of(id));
        return found >= 30_000 && found < lifetime && found <= (idle * day) / 2;
      }),
    );
  });
});
