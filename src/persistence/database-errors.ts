import { MaestroError } from '../contracts/errors/maestro-error.js';
import { errorCodeOf } from './error-code.js';

/**
 * SQLSTATEs that say "not now": connections (08), shut down or starting up (57P), cancelled by a time limit (57014), no
 * connection left (53300).
 */
const awayStates = /^(08...|57P0[1-5]|57014|53300)$/;

/** Of the socket, the resolver and the operating system. */
const awayCodes = /^(ECONN\w+|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** What node-postgres says without a code. */
const awayMessages = /timeout|terminated|connection error|not queryable|calling end on the pool|connection ended/i;

const refusals: Readonly<Record<string, string>> = {
  '28000': 'this user may not connect',
  '28P01': 'wrong user or password',
  '3D000': 'there is no such database',
  '42501': 'this user lacks a right',
};

/** A character that the encoding has not: of what JavaScript and JSON can say, that is U+0000 alone. */
const unstorable = '22021';
const noNul = 'no text may hold the character U+0000';

/** True where the same statement may succeed in a moment, on a new connection. */
export function isAway(error: unknown): boolean {
  const code = errorCodeOf(error);
  if (code !== '') return awayStates.test(code) || awayCodes.test(code);
  return error instanceof Error && awayMessages.test(error.message);
}

export function isUniqueViolation(error: unknown): boolean {
  return errorCodeOf(error) === '23505';
}

export function isMissingReference(error: unknown): boolean {
  return errorCodeOf(error) === '23503';
}

/** A database's error in the words of the catalogue; what is no such error comes back as it is. */
export function databaseError(error: unknown): unknown {
  if (MaestroError.is(error)) return error;
  if (errorCodeOf(error) === unstorable) return new MaestroError('request.invalid', { problems: [noNul] }, { cause: error });
  if (isAway(error)) return new MaestroError('database.unavailable', {}, { cause: error });
  const reason = refusals[errorCodeOf(error)];
  return reason === undefined ? error : new MaestroError('database.refused', { reason }, { cause: error });
}
