import type { ErrorCategory } from '../../contracts/errors/category.js';
import type { MaestroError } from '../../contracts/errors/maestro-error.js';
import { httpStatusOf } from '../../contracts/errors/problem.js';
import type { WireFailure } from '../../kit/wire-failure.js';
import { retryHeaders } from '../../kit/wire-failure.js';
import type { WireEvent } from './writing.js';

/**
 * The wire's words, which its clients turn into classes of their own. A dead credential is no `authentication_error`: that is
 * for a key of ours.
 */
const types: Readonly<Record<ErrorCategory, string>> = {
  invalid: 'invalid_request_error',
  unauthenticated: 'authentication_error',
  forbidden: 'permission_error',
  'not-found': 'not_found_error',
  conflict: 'invalid_request_error',
  contradictory: 'invalid_request_error',
  'too-large': 'request_too_large',
  unsupported: 'invalid_request_error',
  credential: 'permission_error',
  'rate-limited': 'rate_limit_error',
  cancelled: 'invalid_request_error',
  configuration: 'api_error',
  unavailable: 'overloaded_error',
  upstream: 'api_error',
  'upstream-timeout': 'timeout_error',
  internal: 'api_error',
};

/** A failure before the first byte. The vendor's clients read the request's id from a header of this name. */
export function encodeMessagesError(error: MaestroError, requestId?: string): WireFailure {
  // The vendor has a status of its own for its overload.
  const status = error.code === 'upstream.overloaded' ? 529 : httpStatusOf[error.category];
  const headers = { ...retryHeaders(error), ...(requestId !== undefined && { 'request-id': requestId }) };
  return { status, headers, body: errorReport(error, requestId) };
}

/** The `error` event of a stream, and the body of a refusal: the same on this wire. */
export function errorReport(error: MaestroError, requestId?: string): WireEvent {
  return {
    type: 'error',
    error: { type: types[error.category], message: error.message, code: error.code },
    ...(requestId !== undefined && { request_id: requestId }),
  };
}
