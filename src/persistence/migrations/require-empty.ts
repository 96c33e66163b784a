import type { QueryRunner } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';

/** For steps that cannot carry rows: they stop before the first one. */
export async function requireEmpty(queryRunner: QueryRunner, step: string): Promise<void> {
  const [found] = (await queryRunner.query('select count(*)::int as "rows" from saved_authentications')) as readonly { rows: number }[];
  if (found === undefined || found.rows === 0) return;
  throw new MaestroError('migration.refused', {
    problem: `saved_authentications holds ${String(found.rows)} rows, which "${step}" cannot carry in this release; nothing was changed`,
  });
}
