import { wakingPatience } from './waking-patience.js';

const reason = new Error('it took too long');
const awake = { monotonic: () => performance.now() };

describe('patience with a token endpoint', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('ends in its time, for the reason that is given', () => {
    const { signal } = wakingPatience(1_600, awake, reason);
    const begun = performance.now();

    jest.advanceTimersByTime(1_599);
    expect(signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(signal.reason).toBe(reason);
    expect(performance.now() - begun).toBe(1_600);
  });

  it('counts a time that the process slept through for half a look', () => {
    let slept = 0;
    const { signal } = wakingPatience(1_600, { monotonic: () => performance.now() + slept }, reason);

    jest.advanceTimersByTime(1_500);
    slept = 60_000;
    jest.advanceTimersByTime(100);
    expect(signal.aborted).toBe(false);
    jest.advanceTimersByTime(100);
    expect(signal.aborted).toBe(true);
  });

  it('ends also for a process that is always late', () => {
    let now = 0;
    const { signal } = wakingPatience(1_600, { monotonic: () => (now += 1_000) }, reason);

    jest.advanceTimersByTime(3_200);
    expect(signal.aborted).toBe(true);
  });

  it('leaves no timer where it is not needed any more', () => {
    const { signal, end } = wakingPatience(1_600, awake, reason);
    end();
    expect(jest.getTimerCount()).toBe(0);
    expect(signal.aborted).toBe(false);
  });
});
