import { errorFromProblem, isProblem } from '../../../contracts/errors/error-from-problem.js';
import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { shownAddress } from '../doors/shown-address.js';

/** What a gateway told, or that it told nothing. */
export function clientFailure(failure: unknown, url: string): MaestroError {
  if (MaestroError.is(failure)) return failure;
  return isProblem(failure) ? errorFromProblem(failure) : unreachable(url, reasonOf(failure), failure);
}

export function unreachable(url: string, reason: string, cause?: unknown): MaestroError {
  return new MaestroError('gateway.unreachable', { address: shownAddress(url), reason }, cause === undefined ? {} : { cause });
}

function reasonOf(failure: unknown): string {
  if (failure instanceof AggregateError && failure.errors.length > 0) return reasonOf(failure.errors[0]);
  if (failure instanceof Error) return failure.message === '' ? failure.name : failure.message;
  return typeof failure === 'string' ? failure : 'the connection failed';
}
