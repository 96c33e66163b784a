import type { Clock } from '../../contracts/clock.js';

/** So often the time is looked at. */
const looks = 16;

export interface Patience {
  readonly signal: AbortSignal;
  /** It is not needed any more. */
  readonly end: () => void;
}

/**
 * Ends after so many milliseconds in which this process was awake. After a stall, timers come before what the network has brought
 * meanwhile: a plain time limit would throw away an answer that is there, and the tokens in it.
 */
export function wakingPatience(milliseconds: number, clock: Pick<Clock, 'monotonic'>, reason: Error): Patience {
  const controller = new AbortController();
  const step = milliseconds / looks;
  let left = looks;
  let last = clock.monotonic();
  const timer = setInterval(() => {
    const now = clock.monotonic();
    // A late look counts half, so that a process that is always late comes to an end, too, and never at its first look.
    left -= now - last > 2 * step ? 0.5 : 1;
    last = now;
    if (left > 0) return;
    clearInterval(timer);
    controller.abort(reason);
  }, step).unref();
  return {
    signal: controller.signal,
    end: () => {
      clearInterval(timer);
    },
  };
}
