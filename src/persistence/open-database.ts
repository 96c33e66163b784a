import type { DataSource } from 'typeorm';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { DatabaseSettings } from './create-data-source.js';
import { createDataSource } from './create-data-source.js';
import { databaseError } from './database-errors.js';
import type { KeyRing } from './encryption/key-ring.js';
import { requireShared, runningReplicas } from './encryption/replicas.js';
import { recordKeys, verifyKeys } from './encryption/sentinel.js';
import { migrateUp } from './run-migrations.js';

const oldestVersion = 150_000;

/**
 * The database, migrated, and proven to be sealed with the keys of this ring. With the wrong keys nothing is written, not even a
 * migration.
 *
 * @throws MaestroError `encryption.key-mismatch`, `encryption.key-unknown`, `encryption.key-not-shared`, `migration.refused`, `database.*`
 */
export async function openDatabase(settings: DatabaseSettings, keyRing: KeyRing): Promise<DataSource> {
  const dataSource = await connectDatabase(settings, keyRing);
  return orDestroyed(dataSource, () => prepareDatabase(dataSource, keyRing));
}

/** The database as it is: nothing in it is changed. @throws MaestroError `database.*` */
export async function connectDatabase(settings: DatabaseSettings, keyRing?: KeyRing): Promise<DataSource> {
  const dataSource = await createDataSource(settings, keyRing);
  return orDestroyed(dataSource, async () => {
    await dataSource.initialize();
    await requireVersion(dataSource);
  });
}

async function orDestroyed(dataSource: DataSource, work: () => Promise<void>): Promise<DataSource> {
  try {
    await work();
    return dataSource;
  } catch (error) {
    await dataSource.destroy().catch(() => undefined);
    throw databaseError(error);
  }
}

/** The same for a DataSource that is there. */
export async function prepareDatabase(dataSource: DataSource, keyRing: KeyRing): Promise<void> {
  await verifyKeys(dataSource, keyRing);
  await migrateUp(dataSource, { keyRing });
  // Before a new key leaves a trace: who is refused when it joins the others was never here.
  requireShared(keyRing, await runningReplicas(dataSource));
  await recordKeys(dataSource, keyRing);
}

async function requireVersion(dataSource: DataSource): Promise<void> {
  const found = await dataSource.query<readonly { version: number }[]>(`select current_setting('server_version_num')::int as version`);
  for (const { version } of found) refuseOldVersion(version);
}

/** @throws MaestroError `database.refused`. `version` as the server tells it: 150020 is 15.20 */
export function refuseOldVersion(version: number): void {
  if (version >= oldestVersion) return;
  const major = String(Math.floor(version / 10_000));
  throw new MaestroError('database.refused', { reason: `it is PostgreSQL ${major}, and Maestro needs 15 or newer` });
}
