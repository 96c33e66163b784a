import { exitCodeOf } from '../../contracts/errors/exit-code.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { problemFromError } from '../../contracts/errors/problem.js';
import { printable } from './printable.js';
import { usageError } from './usage-error.js';

/** How a command came to its end. */
export interface Ending {
  readonly exitCode: number;
  /** For standard error. */
  readonly text: string;
  /** What nobody foresaw, to be logged in full. */
  readonly unexpected?: unknown;
}

/** What commander throws when it was told not to end the process: also after it printed help or the version. */
interface CommanderError extends Error {
  readonly code: string;
  readonly exitCode: number;
}

/** One line, or with `--json` the problem document in one line. */
export function endingOf(failure: unknown, { isJson }: { readonly isJson: boolean }): Ending {
  if (isCommanderError(failure)) {
    if (failure.exitCode === 0) return { exitCode: 0, text: '' };
    // Help was asked for by giving no command, and has been printed.
    if (failure.code === 'commander.help') return { exitCode: exitCodeOf.invalid, text: '' };
    return endingOf(usageError(failure.message.replace(/^error: /, '').replace(/\.?\n.*$/s, '')), { isJson });
  }
  const error = MaestroError.from(failure);
  const line = isJson ? JSON.stringify(problemFromError(error)) : printable(`maestro: ${textOf(error)}`);
  return {
    exitCode: exitCodeOf[error.category],
    text: `${line}\n`,
    ...(error.category === 'internal' && { unexpected: error.cause ?? error }),
  };
}

/** The catalogue's words for the unforeseen speak of a request; here the log stands right above. */
function textOf(error: MaestroError): string {
  return error.code === 'internal' ? 'something went wrong inside Maestro; this is a bug' : error.message;
}

function isCommanderError(failure: unknown): failure is CommanderError {
  return failure instanceof Error && 'code' in failure && typeof failure.code === 'string' && failure.code.startsWith('commander.');
}
