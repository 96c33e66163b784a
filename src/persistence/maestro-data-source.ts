import type { DataSourceOptions, Migration } from 'typeorm';
import { DataSource } from 'typeorm';

import type { KeyRing } from './encryption/key-ring.js';
import { migrateDown, migrateUp } from './run-migrations.js';

/**
 * A DataSource that migrates under a lock of the database, whether the start or a command line asks: one process migrates,
 * the others wait and find it done. It holds the keys that the migrations need.
 */
export class MaestroDataSource extends DataSource {
  constructor(
    options: DataSourceOptions,
    private readonly afterDestroy: () => Promise<void>,
    private readonly keyRing?: KeyRing,
  ) {
    super(options);
  }

  /** Options of TypeORM are not heard: each step in a transaction of its own, none pretended. */
  override async runMigrations(): Promise<Migration[]> {
    return migrateUp(this, { ...(this.keyRing !== undefined && { keyRing: this.keyRing }) });
  }

  /** Parks nothing: for that there is `maestro migrate down --park`. */
  override async undoLastMigration(): Promise<void> {
    await migrateDown(this, { ...(this.keyRing !== undefined && { keyRing: this.keyRing }) });
  }

  /** Also where it was never initialised: the private PostgreSQL is given back all the same. */
  override async destroy(): Promise<void> {
    if (this.isInitialized) await super.destroy();
    await this.afterDestroy();
  }
}
