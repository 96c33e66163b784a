import type { DataSource } from 'typeorm';

import type { HealthProbe } from '../core/health/health.port.js';
import type { Statement } from './statements.js';
import { run } from './statements.js';

/** Under this token `PersistenceModule` exports the database's probe. */
export const DatabaseProbe = Symbol.for('maestro/database-probe');

const ping: Statement = { name: 'maestro/ping', text: 'select 1', isRead: true };

/** Whether the database answers. */
export function databaseProbe(dataSource: DataSource): HealthProbe {
  return {
    name: 'database',
    async check() {
      await run(dataSource, ping, []);
    },
  };
}
