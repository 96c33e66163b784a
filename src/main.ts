import 'reflect-metadata';

import cluster from 'node:cluster';

import { EnvironmentError, loadEnvironment } from './config/environment.js';
import { exitCodeOf } from './contracts/errors/exit-code.js';
import { MaestroError } from './contracts/errors/maestro-error.js';

try {
  await run();
} catch (error) {
  const { text, exitCode } = lastWords(error);
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

/** Whoever only watches over others loads nothing of what they serve with. */
async function run(): Promise<void> {
  const environment = loadEnvironment();
  if (cluster.isPrimary && environment.workers > 1) await (await import('./run-primary.js')).runPrimary(environment);
  else await (await import('./run-gateway.js')).runGateway(environment);
}

/** One line a problem where an operator can do something; all there is where nobody foresaw it. */
function lastWords(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof EnvironmentError) return { text: error.message, exitCode: exitCodeOf.configuration };
  if (MaestroError.is(error) && error.category !== 'internal') {
    return { text: error.message, exitCode: exitCodeOf[error.category] };
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return { text: `${error.message}: another program listens there; stop it or set PORT`, exitCode: exitCodeOf.configuration };
  }
  return { text: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: exitCodeOf.internal };
}
