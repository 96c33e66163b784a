import type { JsonObject } from '../../contracts/chat.js';
import type { ErrorCategory } from '../../contracts/errors/category.js';
import type { MaestroError } from '../../contracts/errors/maestro-error.js';
import { httpStatusOf } from '../../contracts/errors/problem.js';
import type { WireFailure } from '../../kit/wire-failure.js';
import { retryHeaders } from '../../kit/wire-failure.js';

/** The wire's words. A dead credential is not `UNAUTHENTICATED`: that is for a key of ours. */
const statuses: Readonly<Record<ErrorCategory, string>> = {
  invalid: 'INVALID_ARGUMENT',
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'PERMISSION_DENIED',
  'not-found': 'NOT_FOUND',
  conflict: 'ABORTED',
  contradictory: 'INVALID_ARGUMENT',
  'too-large': 'INVALID_ARGUMENT',
  unsupported: 'UNIMPLEMENTED',
  credential: 'FAILED_PRECONDITION',
  'rate-limited': 'RESOURCE_EXHAUSTED',
  cancelled: 'CANCELLED',
  configuration: 'INTERNAL',
  unavailable: 'UNAVAILABLE',
  upstream: 'INTERNAL',
  'upstream-timeout': 'DEADLINE_EXCEEDED',
  internal: 'INTERNAL',
};

const typeOf = (name: string): string => `type.googleapis.com/google.rpc.${name}`;

/** A failure before the first byte. */
export function encodeGenerateContentError(error: MaestroError, requestId?: string): WireFailure {
  return { status: httpStatusOf[error.category], headers: retryHeaders(error), body: errorReport(error, requestId) };
}

/** A `google.rpc.Status` (https://google.aip.dev/193): the body of a refusal, and what ends a stream that failed. */
export function errorReport(error: MaestroError, requestId?: string): JsonObject {
  const { category, code, message, retryAfterMs } = error;
  const details: readonly JsonObject[] = [
    { '@type': typeOf('ErrorInfo'), reason: code.toUpperCase().replaceAll(/[.-]/g, '_'), domain: 'maestro' },
    ...(retryAfterMs === undefined ? [] : [{ '@type': typeOf('RetryInfo'), retryDelay: `${String(retryAfterMs / 1000)}s` }]),
    ...(requestId === undefined ? [] : [{ '@type': typeOf('RequestInfo'), requestId }]),
  ];
  return { error: { code: httpStatusOf[category], message, status: statuses[category], details } };
}
