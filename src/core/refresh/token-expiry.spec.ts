import { isDue, isExpired, marginMs, timeOf } from './token-expiry.js';

const minute = 60_000;
const issuedAt = new Date('2026-03-01T00:00:00Z');
const after = (milliseconds: number): Date => new Date(issuedAt.getTime() + milliseconds);

describe('the end of an access token', () => {
  it.each([
    ['a minute of an hour is less than a twentieth', 60 * minute, 3 * minute],
    ['a minute of ten', 10 * minute, minute],
    ['half of a minute', minute, minute / 2],
    ['nothing of a life that was over before it began', -minute, 0],
  ])('is taken to come earlier: %s', (_what, lifetime, margin) => {
    expect(marginMs(after(lifetime), issuedAt)).toBe(margin);
  });

  it('is taken to come a minute earlier where nobody knows when the token came', () => {
    expect(marginMs(after(minute), undefined)).toBe(minute);
    expect(isDue({ expiresAt: after(5 * minute) }, after(4 * minute))).toBe(true);
    expect(isDue({ expiresAt: after(5 * minute) }, after(4 * minute - 1))).toBe(false);
  });

  it('comes by the clock of the store, however wrong ours is', () => {
    const wrong = { now: () => after(-10 * minute) };
    expect(timeOf({ readAt: after(minute) }, wrong)).toEqual(after(minute));
    expect(timeOf({}, wrong)).toEqual(after(-10 * minute));
  });

  it('does not come for a token without one', () => {
    expect(isDue({}, issuedAt)).toBe(false);
    expect(isExpired({}, issuedAt)).toBe(false);
    expect(isExpired({ expiresAt: issuedAt }, issuedAt)).toBe(true);
  });
});
