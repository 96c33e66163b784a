import type { ErrorCategory } from './category.js';
import type { MaestroError, UpstreamFacts } from './maestro-error.js';

/** Problem Details (RFC 9457), with our extension members. */
export interface ProblemDocument {
  /** A stable URI reference for the kind of problem. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The catalogue's code. */
  readonly code: string;
  readonly retryable: boolean;
  /** Milliseconds. */
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  /** Each thing that is wrong with the request, where there are several. */
  readonly problems?: readonly string[];
  readonly upstream?: UpstreamFacts;
}

/** 424 is for a session whose credential is dead, so that it is never taken for the 401 of a bad Maestro key. */
export const httpStatusOf = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  contradictory: 422,
  'too-large': 413,
  unsupported: 400,
  credential: 424,
  'rate-limited': 429,
  cancelled: 499,
  configuration: 500,
  unavailable: 503,
  upstream: 502,
  'upstream-timeout': 504,
  internal: 500,
} as const satisfies Record<ErrorCategory, number>;

/** What a caller is told of a failure. Holds no cause, no stack and nothing that an upstream wrote. */
export function problemFromError(error: MaestroError, requestId?: string): ProblemDocument {
  return {
    type: `urn:maestro:problem:${error.code}`,
    title: error.title,
    status: httpStatusOf[error.category],
    detail: error.message,
    code: error.code,
    retryable: error.isRetryable,
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    ...(requestId !== undefined && { requestId }),
    ...('problems' in error.parameters && { problems: error.parameters.problems }),
    ...(error.upstream !== undefined && { upstream: error.upstream }),
  };
}
