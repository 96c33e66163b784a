import type { Pool, PoolClient, QueryConfig } from 'pg';
import type { DataSource } from 'typeorm';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import { databaseError, isAway } from './database-errors.js';

/** A statement of fixed text. The name makes it a prepared one: parsed and planned once for each connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** A statement that only reads may be asked again on a new connection. */
  readonly isRead: boolean;
}

const timeoutMs = 2500;

/** A connection that broke says so at once. Whoever met silence, or waited for a connection in vain, has waited enough… */
const brokenWithinMs = 250;

/** …unless this process was busy for more than this part of the wait: then the answer may lie there, unread. */
const busyPart = 0.5;

/** The published types do not know the limit of a single query. */
type TimedQuery = QueryConfig & { readonly query_timeout: number };

/** When each database was found to be away the last time; by a clock that nobody sets. */
const awayAt = new WeakMap<DataSource, number>();

/** Milliseconds since any statement found the database away; `Infinity` where none did. */
export function sinceAway(dataSource: DataSource): number {
  return performance.now() - (awayAt.get(dataSource) ?? -Infinity);
}

function noted(dataSource: DataSource, error: unknown): unknown {
  const told = databaseError(error);
  if (MaestroError.is(told) && told.code === 'database.unavailable') awayAt.set(dataSource, performance.now());
  return told;
}

/**
 * Runs statements on the DataSource's own pool, without the work that a repository does for each row.
 *
 * @throws MaestroError `database.unavailable`, at the latest after two seconds without a free connection, and two and a half of silence;
 *   a read of a process that was too busy to listen is asked once more
 */
export async function run<Row extends object>(
  dataSource: DataSource,
  statement: Statement,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const { name, text, isRead } = statement;
  const query = { name, text, values: [...values], query_timeout: timeoutMs };
  const once = async (): Promise<readonly Row[]> => (await poolOf(dataSource).query<Row>(query)).rows;
  const began = performance.now();
  const use = performance.eventLoopUtilization();
  try {
    return await once().catch((error: unknown) => {
      const isUnheard = performance.now() - began < brokenWithinMs || performance.eventLoopUtilization(use).utilization > busyPart;
      if (isRead && isUnheard && isAway(error)) return once();
      throw error;
    });
  } catch (error) {
    throw noted(dataSource, error);
  }
}

/** One connection, for the time of a transaction. */
export interface Connection {
  run<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]>;
}

export type Isolation = 'read committed' | 'repeatable read';

/**
 * All of the work holds, or none of it.
 *
 * @throws MaestroError `database.unavailable`; where that comes from the last step, the work may hold all the same
 */
export async function transaction<T>(
  dataSource: DataSource,
  work: (connection: Connection) => Promise<T>,
  isolation: Isolation = 'read committed',
): Promise<T> {
  try {
    const client = await poolOf(dataSource).connect();
    // What breaks between two statements is told by the next one.
    client.on('error', ignore);
    try {
      return await within(client, work, isolation);
    } finally {
      client.off('error', ignore);
    }
  } catch (error) {
    throw noted(dataSource, error);
  }
}

async function within<T>(client: PoolClient, work: (connection: Connection) => Promise<T>, isolation: Isolation): Promise<T> {
  const ask = async <Row extends object>(query: QueryConfig): Promise<readonly Row[]> => {
    const timed = { ...query, query_timeout: timeoutMs };
    return (await client.query<Row>(timed)).rows;
  };
  try {
    await ask({ text: `begin isolation level ${isolation}` });
    const result = await work({ run: ({ name, text }, values) => ask({ name, text, values: [...values] }) });
    await ask({ text: 'commit' });
    client.release();
    return result;
  } catch (error) {
    await abandon(client, error);
    throw error;
  }
}

/** A connection that may still be busy with the statement, or is broken, is closed; another one goes back to the pool. */
async function abandon(client: PoolClient, error: unknown): Promise<void> {
  if (isAway(error)) {
    client.release(true);
    return;
  }
  const rollback: TimedQuery = { text: 'rollback', query_timeout: timeoutMs };
  await client.query(rollback).then(
    () => {
      client.release();
    },
    () => {
      client.release(true);
    },
  );
}

function ignore(): undefined {
  return undefined;
}

/** TypeORM's type for the pool of its driver is `any`; for the type `postgres` it is node-postgres' own, absent once it is closed. */
export function poolOf(dataSource: DataSource): Pool {
  const { driver } = dataSource;
  const master = 'master' in driver ? (driver.master as Pool | undefined) : undefined;
  if (master === undefined) throw new MaestroError('database.unavailable', {});
  return master;
}
