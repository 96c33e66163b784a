import { durationMs, rateLimitsFrom, resetOfUsedUp } from './rate-limits.js';

const name = /^x-ratelimit-(?<kind>limit|remaining|reset)-(?<unit>[a-z-]+)$/;
const now = new Date('2026-01-01T00:00:00Z');

describe('the state of rate limits', () => {
  it('is read from the headers, limit by limit', () => {
    const headers = {
      'x-ratelimit-limit-requests': '3500',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '17ms',
      'x-ratelimit-remaining-input-images': '49999',
      'x-ratelimit-other': '1',
      date: 'today',
    };
    expect(rateLimitsFrom(headers, name, now)).toEqual([
      { unit: 'requests', limit: 3500, remaining: 0, resetsInMs: 17 },
      { unit: 'input-images', remaining: 49999 },
    ]);
  });

  it.each([
    ['6m0s', 360_000],
    ['7.66s', 7660],
    ['1d', 86_400_000],
    ['12', 12_000],
    ['0', 0],
    ['1767225660', 60_000],
    ['2026-01-01T00:00:30Z', 30_000],
    ['2025-12-31T23:59:59Z', 0],
    ['2027-01-01T00:00:00Z', 86_400_000],
  ])('takes a reset in each form: %s', (reset, resetsInMs) => {
    expect(rateLimitsFrom({ 'x-ratelimit-reset-tokens': reset }, name, now)).toEqual([{ unit: 'tokens', resetsInMs }]);
  });

  it.each(['', 'soon', '-1', '1e999'])('leaves out what says nothing: %j', (value) => {
    expect(rateLimitsFrom({ 'x-ratelimit-limit-tokens': value }, name, now)).toEqual([]);
    expect(rateLimitsFrom({ 'x-ratelimit-reset-tokens': value === '-1' || value === '1e999' ? 'x' : value }, name, now)).toEqual([]);
  });

  it('says when what is used up is there again, the last of it', () => {
    const usedUp = { limit: 9, remaining: 0 };
    expect(
      resetOfUsedUp([
        { unit: 'a', ...usedUp, resetsInMs: 10 },
        { unit: 'b', ...usedUp, resetsInMs: 20 },
        { unit: 'c', remaining: 1, resetsInMs: 90 },
        { unit: 'd', ...usedUp },
      ]),
    ).toBe(20);
    expect(resetOfUsedUp([{ unit: 'a', remaining: 1, resetsInMs: 10 }])).toBeUndefined();
  });

  it('knows a duration from other text', () => {
    expect(['6m30s', '1.2s', '350ms', '1h', 'x1s', ''].map(durationMs)).toEqual([390_000, 1200, 350, 3_600_000, undefined, undefined]);
  });
});
