// A gateway as a process of its own, with the providers of the login fixtures, for tests that kill it. Prints its address.
import 'reflect-metadata';

import { resolve } from 'node:path';

import { loadEnvironment } from '../../src/config/environment.js';
import { PinoLogger } from '../../src/observability/pino-logger.js';
import { secretFilter } from '../../src/observability/secret-filter.js';
import { startGateway } from '../../src/start-gateway.js';

const filter = secretFilter();
const gateway = await startGateway({
  environment: loadEnvironment(process.env),
  providersFolders: [resolve('test/extension/fixtures/login')],
  logger: new PinoLogger({ level: 'warn', format: 'json', filter, destination: process.stderr }),
  filter,
});
process.stdout.write(`${gateway.url}\n`);
