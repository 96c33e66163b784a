import type { ErrorCode, ErrorParameters } from './catalogue.js';
import { catalogue } from './catalogue.js';
import { MaestroError } from './maestro-error.js';
import type { ProblemDocument } from './problem.js';

/** Whether a value is what another Maestro tells of a failure. */
export function isProblem(value: unknown): value is ProblemDocument {
  if (typeof value !== 'object' || value === null) return false;
  const { code, detail, retryable } = value as Partial<Record<keyof ProblemDocument, unknown>>;
  return typeof code === 'string' && typeof detail === 'string' && typeof retryable === 'boolean';
}

/** The error that a problem document was made of. A code that only a newer Maestro knows becomes `internal`, with its text. */
export function errorFromProblem({ code, detail, retryable, retryAfterMs, problems, upstream }: ProblemDocument): MaestroError {
  const known = Object.hasOwn(catalogue, code) ? (code as ErrorCode) : 'internal';
  // Of its parameters a problem document tells these alone.
  const parameters = (problems === undefined ? {} : { problems }) as ErrorParameters<typeof known>;
  return new MaestroError(known, parameters, {
    detail,
    isRetryable: retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(upstream !== undefined && { upstream }),
  });
}
