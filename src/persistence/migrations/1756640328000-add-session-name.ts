import type { MigrationInterface, QueryRunner } from 'typeorm';

import { runAll, valueOf } from './sql.js';

/** The name, with neither default nor constraint: code that does not know it goes on working. */
export class AddSessionName1756640328000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [
      'alter table saved_authentications add column if not exists name text',
      // Where a later version of the single-session system has added it, with a default that nobody would notice.
      `alter table saved_authentications
         alter column name drop default, alter column name drop not null, alter column name type text`,
    ]);
  }

  /** Names are somebody's data: the column goes only where there are none. */
  async down(queryRunner: QueryRunner): Promise<void> {
    const hasRows = await valueOf<boolean>(queryRunner, 'select exists (select 1 from saved_authentications) as value');
    if (hasRows !== true) await queryRunner.query('alter table saved_authentications drop column name');
  }
}
