import type { JsonObject } from '../contracts/chat.js';
import type { ErrorCategory } from '../contracts/errors/category.js';
import type { ErrorCode } from '../contracts/errors/catalogue.js';
import type { MaestroError } from '../contracts/errors/maestro-error.js';
import { httpStatusOf } from '../contracts/errors/problem.js';
import type { WireFailure } from './wire-failure.js';
import { retryHeaders } from './wire-failure.js';

const types = {
  invalid: 'invalid_request_error',
  unauthenticated: 'authentication_error',
  forbidden: 'permission_error',
  'not-found': 'not_found_error',
  conflict: 'conflict_error',
  contradictory: 'invalid_request_error',
  'too-large': 'invalid_request_error',
  unsupported: 'invalid_request_error',
  credential: 'session_error',
  'rate-limited': 'rate_limit_error',
  cancelled: 'cancelled_error',
  configuration: 'server_error',
  unavailable: 'service_unavailable_error',
  upstream: 'server_error',
  'upstream-timeout': 'server_error',
  internal: 'server_error',
} as const satisfies Record<ErrorCategory, string>;

/** Words that programs look for; every other code of ours goes as it is, in the spelling of these. */
const codes: Readonly<Partial<Record<ErrorCode, string>>> = {
  'caller.key-missing': 'invalid_api_key',
  'caller.key-invalid': 'invalid_api_key',
  'model.not-found': 'model_not_found',
  'upstream.not-found': 'model_not_found',
  'upstream.context-too-long': 'context_length_exceeded',
  'upstream.rate-limited': 'rate_limit_exceeded',
  'upstream.quota-exhausted': 'insufficient_quota',
  'upstream.overloaded': 'server_is_overloaded',
  'upstream.permission-denied': 'permission_denied',
};

/** `{ error: { message, type, param, code } }`: the shape that most wires have settled on. */
export function commonErrorBody(error: MaestroError): JsonObject {
  const type = error.code === 'upstream.quota-exhausted' ? 'insufficient_quota' : types[error.category];
  const code = codes[error.code] ?? error.code.replaceAll(/[.-]/g, '_');
  return { error: { message: error.message, type, param: paramOf(error), code } };
}

/** The field that is wrong, where there is one. */
function paramOf(error: MaestroError): string | null {
  const [problem] = 'problems' in error.parameters ? error.parameters.problems : [];
  return /^([\w[\].]+) (?:is|must|cannot)\b/.exec(problem ?? '')?.[1] ?? null;
}

/** A dead session is never answered with the 401 that says a caller's key is bad: see `httpStatusOf`. */
export function commonFailure(error: MaestroError, requestId?: string): WireFailure {
  return {
    status: httpStatusOf[error.category],
    headers: { ...retryHeaders(error), ...(requestId !== undefined && { 'x-request-id': requestId }) },
    body: commonErrorBody(error),
  };
}
