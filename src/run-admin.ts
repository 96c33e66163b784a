import 'reflect-metadata';

import { AdminWorkbench } from './admin-workbench.js';
import { builtInProvidersFolder } from './built-in-providers.js';
import { MaestroError } from './contracts/errors/maestro-error.js';
import { secretFilter } from './observability/secret-filter.js';
import { providerTemplateFolder } from './provider-template.js';
import { runCli } from './transports/cli/run-cli.js';

/** Runs one command of the admin tool over this process's terminal; gives the exit code. */
export async function runAdmin(args: readonly string[], version: string): Promise<number> {
  const filter = secretFilter();
  const workbench = new AdminWorkbench({ providersFolders: [builtInProvidersFolder], templateFolder: providerTemplateFolder, filter });
  const exitCode = await runCli({
    args,
    workbench,
    terminal: { input: process.stdin, output: process.stdout, errors: process.stderr, signal: interruption() },
    version,
    logUnexpected: async (error) => {
      const { PinoLogger } = await import('./observability/pino-logger.js');
      new PinoLogger({ level: 'error', format: 'pretty', filter, destination: process.stderr }).error(error);
    },
  });
  await workbench.close();
  return exitCode;
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    controller.abort(new MaestroError('request.cancelled', {}));
  };
  // The first asks the command to come to an end in order; the second is obeyed by the system.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  // Who reads the output may have enough of it (`| head`): nobody is left to tell, so the work ends.
  process.stdout.on('error', interrupt);
  return controller.signal;
}
