import type { HttpClient } from '../contracts/provider-client.js';

/** How eagerly sessions are refreshed before they end; docs/refresh.md says why. */
export interface RefreshAheadOptions {
  /** Milliseconds between two looks where nothing is due; up to a fifth more, so that replicas do not look at one time. Default 5,000. */
  readonly pollMs?: number;
  /** Refreshes at a time in this process; default 8. */
  readonly atOnce?: number;
  /** Of these, for one provider; default 2. */
  readonly perProvider?: number;
  /** Refreshes of one provider that this process begins in a second; default 5. */
  readonly perSecond?: number;
}

/** What core is told by the wiring, beside its ports. */
export interface CoreOptions {
  /** A session's own base URL may be http or lie in a private network. */
  readonly allowPrivateUpstreams: boolean;
  /** The way out for sessions with a base URL of their own. */
  readonly ownAddressHttp: HttpClient;
  /** Absent: a session is refreshed when somebody uses it, and not before. */
  readonly refreshAhead?: RefreshAheadOptions;
  /** Whether model servers of this machine are looked for: when the application starts, or when somebody asks. Absent: never. */
  readonly findsLocal?: 'at-start' | 'when-asked';
  /** Milliseconds that a whole answer may take, tries included. */
  readonly answerTimeoutMs: number;
  /** Days that usage is kept for. */
  readonly usageDays: number;
}

export const coreOptions = Symbol.for('maestro/core-options');
