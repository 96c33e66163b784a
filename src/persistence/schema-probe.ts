import type { DataSource } from 'typeorm';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { HealthProbe } from '../core/health/health.port.js';
import { knownSteps, migrationsTable } from './run-migrations.js';
import type { Statement } from './statements.js';
import { run } from './statements.js';

/** Under this token `PersistenceModule` exports the schema's probe. */
export const SchemaProbe = Symbol.for('maestro/schema-probe');

const applied: Statement = { name: 'maestro/applied-steps', text: `select name from ${migrationsTable}`, isRead: true };

/** Whether the database has this version's schema: somebody may have gone a step down, or up, while this process serves. */
export function schemaProbe(dataSource: DataSource): HealthProbe {
  const known = knownSteps(dataSource);
  return {
    name: 'schema',
    async check() {
      const steps = new Set((await run<{ readonly name: string }>(dataSource, applied, [])).map(({ name }) => name));
      const pending = known.filter((name) => !steps.delete(name));
      if (pending.length > 0) throw new MaestroError('migration.pending', { steps: pending });
      if (steps.size > 0) throw new MaestroError('gateway.not-ready', { reason: 'the schema is of a newer Maestro; run that one' });
    },
  };
}
