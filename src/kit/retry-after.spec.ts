import { headerOf, retryAfterMs } from './retry-after.js';

describe('retry-after', () => {
  const now = new Date('2026-01-01T00:00:00Z');

  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['fractions of a second', { 'retry-after': '0.5' }, 500],
    ['nothing to wait', { 'retry-after': '0' }, 0],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
    ['milliseconds, which are more exact', { 'retry-after-ms': '250', 'retry-after': '1' }, 250],
    ['seconds where the milliseconds are nonsense', { 'retry-after-ms': 'soon', 'retry-after': '1' }, 1000],
    ['more than a day as a day', { 'retry-after': '90000' }, 86_400_000],
    ['the first of several', { 'retry-after': ['3', '9'] }, 3000],
  ])('reads %s', (_what, headers, expected) => {
    expect(retryAfterMs(headers, now)).toBe(expected);
  });

  it.each([
    ['nothing', {}],
    ['words', { 'retry-after': 'soon' }],
    ['a time that has passed', { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }],
    ['a negative delay', { 'retry-after': '-1' }],
  ])('hears no request to wait in %s', (_what, headers) => {
    expect(retryAfterMs(headers, now)).toBeUndefined();
  });

  it('measures a date from the present where no other time is given', () => {
    expect(retryAfterMs({ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' })).toBeUndefined();
  });
});

describe('a header', () => {
  it('is its first value where it came more than once', () => {
    expect(headerOf({ name: ['a', 'b'] }, 'name')).toBe('a');
    expect(headerOf({ name: 'a' }, 'name')).toBe('a');
    expect(headerOf({}, 'name')).toBeUndefined();
  });
});
