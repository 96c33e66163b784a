import { systemClock } from './clock.js';

describe('the system clock', () => {
  it('tells the time of the day, and a duration that never shrinks', () => {
    expect(systemClock.now()).toBeInstanceOf(Date);
    const before = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
  });
});
