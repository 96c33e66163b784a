import type { Pool } from 'pg';
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

/**
 * Runs statements on the DataSource's own pool, without the work that a repository does for each row.
 *
 * @throws MaestroError `database.unavailable`, at the latest after two and a half seconds of silence
 */
export async function run<Row extends object>(
  dataSource: DataSource,
  statement: Statement,
  values: readonly unknown[],
): Promise<readonly Row[]> {
  const { name, text, isRead } = statement;
  const query = { name, text, values: [...values], query_timeout: timeoutMs };
  const once = async (): Promise<readonly Row[]> => (await poolOf(dataSource).query<Row>(query)).rows;
  try {
    return await once().catch((error: unknown) => {
      if (isRead && isAway(error)) return once();
      throw error;
    });
  } catch (error) {
    throw databaseError(error);
  }
}

/** TypeORM's type for the pool of its driver is `any`; for the type `postgres` it is node-postgres' own, absent once it is closed. */
function poolOf(dataSource: DataSource): Pool {
  const { master } = dataSource.driver as unknown as { readonly master?: Pool };
  if (master === undefined) throw new MaestroError('database.unavailable', {});
  return master;
}
