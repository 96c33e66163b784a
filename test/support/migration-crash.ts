import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { Client } from 'pg';
import type { DataSource } from 'typeorm';

import { createDataSource } from '../../src/persistence/create-data-source.js';
import { TypeOrmMigrations } from '../../src/persistence/typeorm-migrations.js';
import { aKeyText, fillOrigin, keyRing, openedRows, originOf, plainRows } from './origin-table.js';
import type { TestDatabase } from './postgres.js';
import { fillVault } from './vault-rows.js';

export type Direction = 'up' | 'down';

/** Migrates, dies before its n-th statement, and says how many it sent where it came to its end instead. */
export type DyingRun = (database: TestDatabase, direction: Direction, dieAt: number) => Promise<number | undefined>;

const root = process.cwd();

/** A process of its own, ended by SIGKILL. */
export const killedProcess: DyingRun = ({ url }, direction, dieAt) => {
  const program = [join(root, 'test/persistence/migrating.mts'), url, direction, aKeyText('k1'), String(dieAt)];
  const child = spawn(process.execPath, ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), ...program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (written += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(undefined);
      else if (code === 0) resolve(Number(written));
      else reject(new Error(errors));
    });
  });
};

/** What the server sees of a killed process, without one: every connection is cut, and nothing is sent any more. */
export const cutConnections: DyingRun = async ({ url }, direction, dieAt) => {
  const dataSource = await createDataSource({ url }, keyRing);
  await dataSource.initialize();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on its own client again, below
  const { query } = Client.prototype;
  let statements = 0;
  const dying = jest.spyOn(Client.prototype, 'query').mockImplementation(function (this: Client, ...values: unknown[]) {
    statements += 1;
    // The socket is no part of node-postgres' types.
    if (statements >= dieAt) (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    return Reflect.apply(query, this, values) as never;
  });
  try {
    await migrate(dataSource, direction);
    return statements;
  } catch (error) {
    if (statements < dieAt) throw error;
    return undefined;
  } finally {
    dying.mockRestore();
    await dataSource.destroy();
  }
};

async function migrate(dataSource: DataSource, direction: Direction): Promise<void> {
  const migrations = new TypeOrmMigrations(dataSource, keyRing);
  if (direction === 'up') await migrations.up();
  else while ((await migrations.down({ park: true })).steps.length > 0);
}

/**
 * Dies at every `stride`-th statement on the way up from the single-session system's table (`rows` usual ones), runs again, and
 * compares. Gives the number of deaths.
 */
export async function dieOnTheWayUp(database: TestDatabase, run: DyingRun, rows: number, stride: number): Promise<number> {
  for (let dieAt = 1, deaths = 0; ; dieAt += stride, deaths += 1) {
    await emptied(database.dataSource);
    await fillOrigin(database.dataSource, rows);
    const before = await plainRows(database.dataSource);
    const ended = await run(database, 'up', dieAt);
    await migrate(database.dataSource, 'up');
    expect({ dieAt, rows: await originOf(database.dataSource) }).toEqual({ dieAt, rows: before });
    expect(await leftOvers(database.dataSource)).toEqual([]);
    if (ended !== undefined) return deaths;
  }
}

/** The same down from a vault with three sessions for each pair, and up again. */
export async function dieOnTheWayDown(database: TestDatabase, run: DyingRun, stride: number): Promise<number> {
  const { dataSource } = database;
  for (let dieAt = 1, deaths = 0; ; dieAt += stride, deaths += 1) {
    // A new table each time: PostgreSQL counts dropped columns, and takes 1600.
    await emptied(dataSource);
    await migrate(dataSource, 'up');
    await fillVault(dataSource, 3);
    const before = await openedRows(dataSource);
    const ended = await run(database, 'down', dieAt);
    await migrate(dataSource, 'down');
    await migrate(dataSource, 'up');
    expect({ dieAt, rows: await openedRows(dataSource) }).toEqual({ dieAt, rows: before });
    expect(await leftOvers(dataSource)).toEqual([]);
    if (ended !== undefined) return deaths;
  }
}

async function emptied(dataSource: DataSource): Promise<void> {
  await dataSource.query('drop schema public cascade');
  await dataSource.query('create schema public');
}

/** Tables that only a run in progress has, or one with rows parked. */
async function leftOvers(dataSource: DataSource): Promise<unknown> {
  return dataSource.query(`select tablename from pg_tables where schemaname = 'public' and tablename ~ '_(sealing|parked)$'`);
}
