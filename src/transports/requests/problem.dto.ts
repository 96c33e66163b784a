import type { ProblemDocument } from '../../contracts/errors/problem.js';

class RateLimitDto {
  /** `requests`, `tokens` and the like. */
  readonly unit: string;
  readonly limit?: number;
  readonly remaining?: number;
  /** Milliseconds until it is whole again. */
  readonly resetsInMs?: number;
}

/** What of the provider's refusal is told. */
class UpstreamFactsDto {
  /** Of the provider's answer. */
  readonly status?: number;
  /** The provider's id of the request. */
  readonly requestId?: string;
  /** The provider's own word for the problem. */
  readonly code?: string;
  /** The limits that the provider told of. */
  readonly rateLimits?: RateLimitDto[];
}

/** A problem document (RFC 9457). */
export class ProblemDto implements ProblemDocument {
  /** `urn:maestro:problem:` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Who, what, with which value, and the next step. */
  readonly detail: string;
  /** One of the codes in docs/problems.md. */
  readonly code: string;
  readonly retryable: boolean;
  /** Milliseconds. */
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  /** Each thing that is wrong with the request. */
  readonly problems?: string[];
  readonly upstream?: UpstreamFactsDto;
}
