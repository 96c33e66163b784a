import type { Clock } from '../../src/contracts/clock.js';

/** Time that goes on only when it is told to. */
export class StillClock implements Clock {
  private elapsed = 0;

  constructor(private readonly start = new Date('2026-03-01T10:00:00Z')) {}

  now(): Date {
    return new Date(this.start.getTime() + this.elapsed);
  }

  monotonic(): number {
    return this.elapsed;
  }

  advance(milliseconds: number): void {
    this.elapsed += milliseconds;
  }
}
