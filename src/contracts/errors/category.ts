/** The kinds of failure that a caller can tell apart; each transport maps them to its own codes in one table. */
export type ErrorCategory =
  /** The request cannot be served as it is. */
  | 'invalid'
  /** Maestro does not know who asks. Never used for a provider's refusal. */
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  /** It is well-formed, and contradicts what the same caller said before. */
  | 'contradictory'
  | 'too-large'
  /** Asked for something that this provider or this path has not. */
  | 'unsupported'
  /** The session's credential is dead: somebody must log in or replace it. Never confused with `unauthenticated`. */
  | 'credential'
  | 'rate-limited'
  | 'cancelled'
  /** An operator has to set something. */
  | 'configuration'
  /** Maestro cannot serve just now. */
  | 'unavailable'
  | 'upstream'
  | 'upstream-timeout'
  | 'internal';
