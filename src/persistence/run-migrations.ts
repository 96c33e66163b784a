import { setTimeout as delay } from 'node:timers/promises';

import type { DataSource, Migration, QueryRunner } from 'typeorm';
import { MigrationExecutor } from 'typeorm';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import { errorCodeOf } from './error-code.js';
import { checkRows } from './migrations/check-rows.js';
import type { MigrationContext } from './migrations/migration-context.js';
import { setContext } from './migrations/migration-context.js';
import { rowsOf, valueOf } from './migrations/sql.js';

export const migrationsTable = 'maestro_migrations';

/** 'mstr': nobody else's advisory lock in a shared database. */
const migrationLock = '(1836283000, 1)';
const lockPollMs = 100;

/** A statement waits for a table this long, then lets everybody else through and tries again. */
export interface Patience {
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly pauseMs: number;
}

const usualPatience: Patience = { timeoutMs: 3000, attempts: 10, pauseMs: 250 };

/** Not given within the time; deadlock. */
const contended: ReadonlySet<string> = new Set(['55P03', '40P01']);

/** What a run is given, and how it is called off. */
export interface RunOptions extends MigrationContext {
  /** Ends the wait for another process. */
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
}

/** Every step that is not applied yet. @throws MaestroError `migration.refused`, `encryption.key-unknown`, `request.cancelled` */
export function migrateUp(dataSource: DataSource, options: RunOptions = {}): Promise<Migration[]> {
  return underMigrationLock(dataSource, options, async (queryRunner) => {
    const executor = executorFor(dataSource, queryRunner);
    await refuseNewerSchema(dataSource, queryRunner);
    const pending = await executor.getPendingMigrations();
    if (pending.length === 0) return [];
    await checkRows(
      queryRunner,
      pending.map(({ name }) => name),
    );
    await patiently(options.patience, () => executor.executePendingMigrations());
    return pending;
  });
}

/** The last step that is applied; `undefined` where there is none. */
export function migrateDown(dataSource: DataSource, options: RunOptions = {}): Promise<string | undefined> {
  return underMigrationLock(dataSource, options, async (queryRunner) => {
    const executor = executorFor(dataSource, queryRunner);
    await refuseNewerSchema(dataSource, queryRunner);
    const last = (await appliedSteps(queryRunner)).at(-1);
    if (last !== undefined) await patiently(options.patience, () => executor.undoLastMigration());
    return last;
  });
}

/** Names of the applied steps, in order. */
export async function appliedSteps(queryRunner: QueryRunner): Promise<readonly string[]> {
  const isThere = await valueOf<boolean>(queryRunner, 'select to_regclass($1) is not null as value', [migrationsTable]);
  if (isThere !== true) return [];
  const rows = await rowsOf<{ readonly name: string }>(queryRunner, `select name from ${migrationsTable} order by timestamp`);
  return rows.map(({ name }) => name);
}

/** Names of this version's chain, in order. */
export function knownSteps(dataSource: DataSource): readonly string[] {
  return dataSource.migrations.map((migration) => migration.constructor.name);
}

function executorFor(dataSource: DataSource, queryRunner: QueryRunner): MigrationExecutor {
  const executor = new MigrationExecutor(dataSource, queryRunner);
  executor.transaction = 'each';
  return executor;
}

/**
 * The lock and the work share one connection: TypeORM has no lock of its own, and a process that is killed, or loses its
 * connection, holds nothing any more and does nothing any more.
 */
async function underMigrationLock<T>(
  dataSource: DataSource,
  { signal, patience = usualPatience, ...context }: RunOptions,
  work: (queryRunner: QueryRunner) => Promise<T>,
): Promise<T> {
  const queryRunner = dataSource.createQueryRunner();
  setContext(queryRunner, context);
  try {
    await takeLock(queryRunner, signal);
    await queryRunner.query(`set lock_timeout = ${String(patience.timeoutMs)}`);
    return await work(queryRunner);
  } finally {
    // Where the connection broke, the lock went with it.
    await queryRunner.query(`select pg_advisory_unlock${migrationLock}`).catch(() => undefined);
    await queryRunner.query('reset lock_timeout').catch(() => undefined);
    await queryRunner.release();
  }
}

async function takeLock(queryRunner: QueryRunner, signal: AbortSignal | undefined): Promise<void> {
  while ((await valueOf<boolean>(queryRunner, `select pg_try_advisory_lock${migrationLock} as value`)) !== true) {
    if (signal?.aborted === true) throw new MaestroError('request.cancelled', {});
    await delay(lockPollMs);
  }
}

/** What is done stays done, so that a second attempt goes on where the first one found a table taken. */
async function patiently(patience = usualPatience, work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!contended.has(errorCodeOf(error))) throw error;
      if (attempt === patience.attempts) throw tableTaken(error);
      await delay(patience.pauseMs);
    }
  }
}

function tableTaken(cause: unknown): MaestroError {
  const problem = `saved_authentications is in use by somebody else and was not given free for long enough; end long transactions on it and run again, nothing is lost`;
  return new MaestroError('migration.refused', { problem }, { cause });
}

/** @throws MaestroError `migration.refused` where a newer Maestro has been here */
async function refuseNewerSchema(dataSource: DataSource, queryRunner: QueryRunner): Promise<void> {
  const known = new Set(knownSteps(dataSource));
  const unknown = (await appliedSteps(queryRunner)).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new MaestroError('migration.refused', {
    problem: `this database was migrated by a newer Maestro (${unknown.join(', ')}); start that version, nothing was changed`,
  });
}
