import type { ErrorCode, ErrorDefinition, ErrorParameters } from './catalogue.js';
import { catalogue } from './catalogue.js';
import type { ErrorCategory } from './category.js';

const mark = Symbol.for('maestro/error');

/** What a provider told beside its refusal; never its body. */
export interface UpstreamFacts {
  readonly status?: number;
  readonly requestId?: string;
  /** The provider's own machine-readable word for it. */
  readonly code?: string;
  /** The limits that it told of, whether or not one of them was met. */
  readonly rateLimits?: readonly RateLimit[];
}

/** A limit of the account behind the session, as it was when the provider answered. */
export interface RateLimit {
  /** The provider's word for what is limited: `requests`, `tokens` and the like. */
  readonly unit: string;
  readonly limit?: number;
  readonly remaining?: number;
  /** Milliseconds until it is whole again. */
  readonly resetsInMs?: number;
}

export interface MaestroErrorOptions {
  readonly cause?: unknown;
  /** Milliseconds after which trying again makes sense. */
  readonly retryAfterMs?: number;
  readonly upstream?: UpstreamFacts;
  /** In place of the catalogue's text: of an error that was told by another process. */
  readonly detail?: string;
  /** Overrides the catalogue where the provider was explicit. */
  readonly isRetryable?: boolean;
}

/**
 * The one error of Maestro. Told apart by `code`, grouped by `category`. The mark is a shared symbol, since `instanceof`
 * fails between two copies of this package: use `MaestroError.is`.
 */
export class MaestroError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly [mark] = true;
  override readonly name = 'MaestroError';
  readonly code: Code;
  readonly category: ErrorCategory;
  readonly title: string;
  readonly isRetryable: boolean;
  readonly parameters: ErrorParameters<Code>;
  readonly retryAfterMs?: number;
  readonly upstream?: UpstreamFacts;

  constructor(code: Code, parameters: ErrorParameters<Code>, options: MaestroErrorOptions = {}) {
    // The table's row takes exactly the parameters of its code; the compiler cannot follow that through the look-up.
    const definition = catalogue[code] as ErrorDefinition<ErrorParameters<Code>>;
    super(options.detail ?? definition.detail(parameters), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.category = definition.category;
    this.title = definition.title;
    this.isRetryable = options.isRetryable ?? definition.isRetryable;
    this.parameters = parameters;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.upstream !== undefined) this.upstream = options.upstream;
  }

  static is(value: unknown): value is MaestroError {
    return typeof value === 'object' && value !== null && mark in value;
  }

  /** What was thrown, or `internal` with it as the cause. */
  static from(value: unknown): MaestroError {
    return MaestroError.is(value) ? value : new MaestroError('internal', {}, { cause: value });
  }
}
