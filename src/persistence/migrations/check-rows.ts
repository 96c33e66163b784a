import type { QueryRunner } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { MigrationFinding } from '../../core/migrations/migrations.port.js';
import { SealSessions1795348800000 } from './1795348800000-seal-sessions.js';
import { problemsIn } from './findings.js';
import { contextOf } from './migration-context.js';
import { keyIdsOfSealedForm, requireKeys } from './sealing.js';
import { rowsOf, valueOf } from './sql.js';
import { isSealedForm, tableState } from './table-state.js';

/**
 * Before the first row is touched.
 *
 * @throws MaestroError `migration.refused` with everything that somebody has to decide, or where keys are missing;
 * `encryption.key-unknown` where rows came down sealed with a key that is not in the ring
 */
export async function checkRows(queryRunner: QueryRunner, pending: readonly string[]): Promise<void> {
  const state = await tableState(queryRunner);
  if (state.form !== 'origin') return;
  const problems = await problemsIn(queryRunner, state);
  if (problems.length > 0) throw undecided(problems);
  if (!pending.includes(SealSessions1795348800000.name)) return;
  const hasPlain = await valueOf<boolean>(
    queryRunner,
    `select exists (select 1 from saved_authentications where not ${isSealedForm}) as value`,
  );
  if (hasPlain === true) requireKeys(queryRunner);
  await requireKeysOfSealedForm(queryRunner);
}

async function requireKeysOfSealedForm(queryRunner: QueryRunner): Promise<void> {
  const used = (await rowsOf<{ readonly keyId: string }>(queryRunner, keyIdsOfSealedForm)).map(({ keyId }) => keyId);
  const { keyRing } = contextOf(queryRunner);
  if (keyRing === undefined) return;
  const unknown = used.filter((keyId) => !keyRing.ids.includes(keyId));
  if (unknown.length > 0) throw new MaestroError('encryption.key-unknown', { keyIds: unknown });
}

function undecided(problems: readonly MigrationFinding[]): MaestroError {
  const lines = problems.map(lineOf);
  return new MaestroError('migration.refused', {
    problem: ['the rows need a decision first; nothing was changed:', ...lines, 'see them all with: maestro migrate plan'].join('\n'),
  });
}

function lineOf({ rows, text, examples }: MigrationFinding): string {
  return `- ${String(rows)} ${text} (${examples.join(', ')}${rows > examples.length ? ', …' : ''})`;
}
