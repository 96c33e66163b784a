import cluster from 'node:cluster';

import { announce } from './announce.js';
import { builtInProvidersFolder } from './built-in-providers.js';
import type { Environment } from './config/environment.js';
import { exitCodeOf } from './contracts/errors/exit-code.js';
import { logFormatOf } from './log-format.js';
import { PinoLogger } from './observability/pino-logger.js';
import { secretFilter } from './observability/secret-filter.js';
import type { Gateway } from './start-gateway.js';
import { startGateway } from './start-gateway.js';
import { workerChannel } from './worker-channel.js';

/** A gateway in this process: the only one, or one of several workers. @throws MaestroError, EnvironmentError */
export async function runGateway(environment: Environment): Promise<void> {
  const format = logFormatOf(environment);
  const filter = secretFilter();
  const worker = cluster.worker?.id;
  const logger = new PinoLogger({ level: environment.logLevel, format, filter, ...(worker !== undefined && { worker }) });
  process.on('uncaughtException', (error) => {
    logger.fatal(error);
    process.exit(exitCodeOf.internal);
  });
  const channel = worker === undefined ? undefined : workerChannel();
  const options = { environment, providersFolders: [builtInProvidersFolder], logger, filter };
  const gateway = await startGateway({ ...options, ...(channel !== undefined && { metricsOfAll: channel.metricsOfAll }) });
  const stopping = (): void => void stop(gateway, logger);
  if (channel === undefined) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stopping);
    announce({ ...gateway, dataDir: environment.databaseUrl === undefined ? environment.dataDir : undefined }, format, logger);
    return;
  }
  channel.listening({ ...gateway, stop: stopping });
}

async function stop(gateway: Gateway, logger: PinoLogger): Promise<void> {
  logger.log('stopping: running answers may finish', 'Main');
  await gateway.stop();
  logger.log('stopped', 'Main');
  process.exit(0);
}
