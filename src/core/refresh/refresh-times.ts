/** Milliseconds, unless said otherwise. */
export interface RefreshTimes {
  /** A lease; renewed every third of it. Longer than a token call, shorter than any issuer's grace. */
  readonly leaseMs: number;
  readonly tokenTimeoutMs: number;
  /** How long a caller waits for a refresh. */
  readonly waitMs: number;
  /** Between two looks at a session that somebody else refreshes. */
  readonly pollMs: readonly [from: number, to: number];
  /** How long a result is held here while the database is away, once it is safe in the spool. */
  readonly holdMs: number;
  /** Between two tries to store a result, doubled each time. */
  readonly storePauseMs: readonly [from: number, to: number];
  /** Between two looks into the spool. */
  readonly replayMs: number;
  /** How long a process that ends waits for its refreshes. */
  readonly shutdownMs: number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export const RefreshTimes = Symbol.for('maestro/refresh-times');

export const usualTimes: RefreshTimes = {
  leaseMs: 10_000,
  tokenTimeoutMs: 8_000,
  waitMs: 15_000,
  pollMs: [20, 60],
  holdMs: 60_000,
  storePauseMs: [50, 2_000],
  replayMs: 5_000,
  shutdownMs: 30_000,
  random: Math.random,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** Full jitter: from nothing to twice as long after each failure, 2 s at first and 15 min at most. */
export function pauseAfter(failures: number, { random }: Pick<RefreshTimes, 'random'>): number {
  return random() * longestPauseAfter(failures);
}

export function longestPauseAfter(failures: number): number {
  return Math.min(2_000 * 2 ** Math.min(failures, 10), 900_000);
}
