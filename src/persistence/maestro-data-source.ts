import type { DataSourceOptions, Migration } from 'typeorm';
import { DataSource } from 'typeorm';

import { MaestroError } from '../contracts/errors/maestro-error.js';

export const migrationsTable = 'maestro_migrations';

/** 'mstr': nobody else's advisory lock in a shared database. */
const migrationLock = '(1836283000, 1)';

type RunOptions = Parameters<DataSource['runMigrations']>[0];
type UndoOptions = Parameters<DataSource['undoLastMigration']>[0];

/**
 * A DataSource that migrates under a lock of the database, whether the start or the command line asks: one process migrates,
 * the others wait and find it done. TypeORM itself has no such lock.
 */
export class MaestroDataSource extends DataSource {
  constructor(
    options: DataSourceOptions,
    private readonly afterDestroy: () => Promise<void>,
  ) {
    super(options);
  }

  override async runMigrations(options?: RunOptions): Promise<Migration[]> {
    return this.underMigrationLock(async () => {
      await this.refuseNewerSchema();
      return super.runMigrations(options);
    });
  }

  override async undoLastMigration(options?: UndoOptions): Promise<void> {
    return this.underMigrationLock(() => super.undoLastMigration(options));
  }

  /** Also where it was never initialised: the private PostgreSQL is given back all the same. */
  override async destroy(): Promise<void> {
    if (this.isInitialized) await super.destroy();
    await this.afterDestroy();
  }

  /** The lock lives as long as this one connection: a killed process holds nothing. */
  private async underMigrationLock<T>(work: () => Promise<T>): Promise<T> {
    const holder = this.createQueryRunner();
    try {
      await holder.query(`select pg_advisory_lock${migrationLock}`);
      return await work();
    } finally {
      // Where the connection broke, the lock went with it.
      await holder.query(`select pg_advisory_unlock${migrationLock}`).catch(() => undefined);
      await holder.release();
    }
  }

  /** @throws MaestroError `migration.refused` where a newer Maestro has been here */
  private async refuseNewerSchema(): Promise<void> {
    const [table] = await this.query<readonly { found: string | null }[]>('select to_regclass($1) as found', [migrationsTable]);
    if (table?.found == null) return;
    const done = await this.query<readonly { name: string }[]>(`select name from ${migrationsTable} order by timestamp`);
    const known = new Set(this.migrations.map((migration) => migration.name ?? migration.constructor.name));
    const unknown = done.map(({ name }) => name).filter((name) => !known.has(name));
    if (unknown.length === 0) return;
    throw new MaestroError('migration.refused', {
      problem: `this database was migrated by a newer Maestro (${unknown.join(', ')}); start that version, nothing was changed`,
    });
  }
}
