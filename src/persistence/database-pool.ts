import type { DataSource } from 'typeorm';

import { poolOf } from './statements.js';

/** Connections of a pool, and requests that wait for one. */
export interface DatabasePool {
  load(): { readonly busy: number; readonly idle: number; readonly waiting: number };
}

/** Under this token `PersistenceModule` exports its pool. */
export const DatabasePool = Symbol.for('maestro/database-pool');

export function databasePool(dataSource: DataSource): DatabasePool {
  return {
    load() {
      const { totalCount, idleCount, waitingCount } = poolOf(dataSource);
      return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
    },
  };
}
