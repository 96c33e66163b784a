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
  const given = { ...(keys !== undefined && { keys }), ...(primary !== undefined && { primary }) };
  if (databaseUrl !== undefined) {
    const loaded = keys === undefined ? undefined : await loadKeys(given);
    return createDataSource({ url: databaseUrl }, loaded?.keyRing);
  }
  // As at the gateway's start, the keys come first: a database without a key file means a lost one.
  const { keyRing } = await loadKeys({ dataDir, ...given });
  return createDataSource({ dataDir, ...(postgresBin !== undefined && { binariesFolder: postgresBin }) }, keyRing);
}

export default dataSource();
