import type { MigrationInterface, QueryRunner } from 'typeorm';

import { requireEmpty } from './require-empty.js';

/** The name, with neither default nor constraint: code that does not know it goes on working. */
export class AddSessionName1756640328000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table saved_authentications add column name text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await requireEmpty(queryRunner, 'drop the session names');
    await queryRunner.query('alter table saved_authentications drop column name');
  }
}
