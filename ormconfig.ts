import 'reflect-metadata';

import type { DataSource } from 'typeorm';

import { loadEnvironment } from './src/config/environment.js';
import { createDataSource } from './src/persistence/create-data-source.js';
import { loadKeys } from './src/persistence/encryption/key-file.js';

/** For the command line of TypeORM: the same database as the gateway's, the private PostgreSQL included. */
async function dataSource(): Promise<DataSource> {
  const opened = await openedByEnvironment();
  return opened.setOptions({ logger: 'advanced-console' });
}

async function openedByEnvironment(): Promise<DataSource> {
  const { databaseUrl, dataDir, postgresBin, encryptionKeys: keys, encryptionPrimary: primary } = loadEnvironment();
  if (databaseUrl !== undefined) return createDataSource({ url: databaseUrl });
  // As at the gateway's start, the keys come first: a database without a key file means a lost one.
  await loadKeys({ dataDir, ...(keys !== undefined && { keys }), ...(primary !== undefined && { primary }) });
  return createDataSource({ dataDir, ...(postgresBin !== undefined && { binariesFolder: postgresBin }) });
}

export default dataSource();
