import type { ErrorCategory } from './category.js';

/** How a process ends that failed: the codes of sysexits.h, where they fit. 0 is success. */
export const exitCodeOf = {
  invalid: 64,
  'too-large': 64,
  unsupported: 64,
  conflict: 65,
  contradictory: 65,
  'not-found': 66,
  upstream: 69,
  'upstream-timeout': 69,
  internal: 70,
  'rate-limited': 75,
  unavailable: 75,
  unauthenticated: 77,
  forbidden: 77,
  credential: 77,
  configuration: 78,
  /** What a shell says of a program that was interrupted. */
  cancelled: 130,
} as const satisfies Record<ErrorCategory, number>;
