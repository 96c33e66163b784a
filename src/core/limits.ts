/** What a gateway bears, where an operator may say so; docs/limits.md lists these and the fixed ones. */
export interface Limits {
  /** Answers under way at a time in this process, of all callers together. */
  readonly answers: number;
  /** Wrong keys in a minute from one address; what comes over it is refused without a look at the database. */
  readonly wrongKeysPerMinute: number;
}

export const usualLimits: Limits = { answers: 500, wrongKeysPerMinute: 10 };

export const Limits = Symbol.for('maestro/limits');
