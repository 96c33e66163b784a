import { MaestroError } from '../../contracts/errors/maestro-error.js';

/** What was typed cannot be meant. */
export function usageError(problem: string): MaestroError {
  return new MaestroError('request.invalid', { problems: [problem] });
}
