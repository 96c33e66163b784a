import 'reflect-metadata';

import { builtInProvidersFolder } from './built-in-providers.js';
import { EnvironmentError, loadEnvironment } from './config/environment.js';
import { exitCodeOf } from './contracts/errors/exit-code.js';
import { MaestroError } from './contracts/errors/maestro-error.js';
import { PinoLogger } from './observability/pino-logger.js';
import { secretFilter } from './observability/secret-filter.js';
import type { Gateway } from './start-gateway.js';
import { startGateway } from './start-gateway.js';

try {
  await run();
} catch (error) {
  const { text, exitCode } = lastWords(error);
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

async function run(): Promise<void> {
  const environment = loadEnvironment();
  const format = environment.logFormat ?? (process.stdout.isTTY ? 'pretty' : 'json');
  const filter = secretFilter();
  const logger = new PinoLogger({ level: environment.logLevel, format, filter });
  process.on('uncaughtException', (error) => {
    logger.fatal(error);
    process.exit(exitCodeOf.internal);
  });
  const gateway = await startGateway({ environment, providersFolders: [builtInProvidersFolder], logger, filter });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(gateway, logger));
  announce(gateway, environment.databaseUrl === undefined ? environment.dataDir : undefined, format, logger);
}

async function stop(gateway: Gateway, logger: PinoLogger): Promise<void> {
  logger.log('stopping: running answers may finish', 'Main');
  await gateway.stop();
  logger.log('stopped', 'Main');
  process.exit(0);
}

/** To people in words; to programs as an entry of the log. The key itself is never logged: it is printed, once. */
function announce(gateway: Gateway, dataDir: string | undefined, format: 'json' | 'pretty', logger: PinoLogger): void {
  const { url, rpcAddresses, newAdminKey, adminKeyFile, encryptionKeyFile } = gateway;
  const key = newAdminKey === undefined ? [] : [`  admin key  ${newAdminKey.reveal()}  (shown this once)`];
  if (format === 'json') {
    logger.log({ text: 'listening', url, rpcAddresses, dataDir, adminKeyFile, encryptionKeyFile }, 'Main');
    for (const line of key) process.stderr.write(`${line.trimStart()}\n`);
    return;
  }
  const lines = [
    '',
    `  Maestro    ${url}  (${url}/docs)`,
    ...rpcAddresses.map((address) => `  messages   ${address}`),
    ...(dataDir === undefined ? [] : [`  data       ${dataDir}`]),
    ...(encryptionKeyFile === undefined ? [] : [`  keys       ${encryptionKeyFile}  (keep a copy in a safe place)`]),
    ...(adminKeyFile === undefined ? [] : [`             ${adminKeyFile}`]),
    ...key,
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
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
