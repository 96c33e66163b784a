/** Where core takes the time from, so that a test can hold it still. Leases and schedules use the database's clock instead. */
export interface Clock {
  /** Wall-clock time. */
  now(): Date;
  /** Milliseconds that only grow; for durations. */
  monotonic(): number;
}

export const Clock = Symbol.for('maestro/clock');

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
};
