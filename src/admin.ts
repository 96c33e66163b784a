import 'reflect-metadata';

import { readFileSync } from 'node:fs';

import { AdminWorkbench } from './admin-workbench.js';
import { builtInProvidersFolder } from './built-in-providers.js';
import { loadEnvironment } from './config/environment.js';
import { MaestroError } from './contracts/errors/maestro-error.js';
import { secretFilter } from './observability/secret-filter.js';
import { runCli } from './transports/cli/run-cli.js';

const interruption = new AbortController();
// The first asks the command to come to an end in order; the second is obeyed by the system.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    interruption.abort(new MaestroError('request.cancelled', {}));
  });
}
// Who reads the output may have enough of it (`| head`): nobody is left to tell, so the work ends.
process.stdout.on('error', () => {
  interruption.abort(new MaestroError('request.cancelled', {}));
});

const filter = secretFilter();
const workbench = new AdminWorkbench({ environment: loadEnvironment, providersFolders: [builtInProvidersFolder], filter });

const exitCode = await runCli({
  args: process.argv.slice(2),
  workbench,
  terminal: { input: process.stdin, output: process.stdout, errors: process.stderr, signal: interruption.signal },
  version: versionOf(new URL('../package.json', import.meta.url)),
  logUnexpected: async (error) => {
    const { PinoLogger } = await import('./observability/pino-logger.js');
    new PinoLogger({ level: 'error', format: 'pretty', filter, destination: process.stderr }).error(error);
  },
});
await workbench.close();
process.exitCode = exitCode;

function versionOf(packageFile: URL): string {
  const content: unknown = JSON.parse(readFileSync(packageFile, 'utf8'));
  return typeof content === 'object' && content !== null && 'version' in content ? String(content.version) : 'unknown';
}
