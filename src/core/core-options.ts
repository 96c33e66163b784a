import type { HttpClient } from '../contracts/provider-client.js';

/** What core is told by the wiring, beside its ports. */
export interface CoreOptions {
  /** A session's own base URL may be http or lie in a private network. */
  readonly allowPrivateUpstreams: boolean;
  /** The way out for sessions with a base URL of their own. */
  readonly ownAddressHttp: HttpClient;
  /** Milliseconds that a whole answer may take, tries included. */
  readonly answerTimeoutMs: number;
}

export const coreOptions = Symbol.for('maestro/core-options');
