import 'reflect-metadata';

import { loadEnvironment } from './src/config/environment.js';
import { createDataSource } from './src/persistence/create-data-source.js';

const { databaseUrl, dataDir, postgresBin } = loadEnvironment();

/** For the command line of TypeORM: the same database as the gateway's, the private PostgreSQL included. */
export default createDataSource(
  databaseUrl === undefined ? { dataDir, ...(postgresBin !== undefined && { binariesFolder: postgresBin }) } : { url: databaseUrl },
);
