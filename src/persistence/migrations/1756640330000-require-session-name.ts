import type { MigrationInterface, QueryRunner } from 'typeorm';

import { requireEmpty } from './require-empty.js';

/** From one session for each provider and auth type to one for each name. */
export class RequireSessionName1756640330000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table saved_authentications
        alter column name set not null,
        add constraint saved_authentications_name_format check (name ~ '^[A-Za-z0-9_-]+$'),
        add constraint saved_authentications_name_length check (char_length(name) between 3 and 50)`);
    await queryRunner.query(
      'create unique index saved_authentications_provider_auth_type_name_index on saved_authentications (provider, auth_type, name)',
    );
    await queryRunner.query('drop index saved_authentications_provider_auth_type_index');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await requireEmpty(queryRunner, 'one session for each provider and auth type');
    await queryRunner.query(
      'create unique index saved_authentications_provider_auth_type_index on saved_authentications (provider, auth_type)',
    );
    await queryRunner.query('drop index saved_authentications_provider_auth_type_name_index');
    await queryRunner.query(`
      alter table saved_authentications
        drop constraint saved_authentications_name_length,
        drop constraint saved_authentications_name_format,
        alter column name drop not null`);
  }
}
