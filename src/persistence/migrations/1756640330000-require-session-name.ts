import type { MigrationInterface, QueryRunner } from 'typeorm';

import { contextOf } from './migration-context.js';
import { parkRows, restoreParked } from './parking.js';
import { runAll } from './sql.js';

/** From one session for each provider and auth type to one for each name. Below, the others are parked. */
export class RequireSessionName1756640330000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [
      'drop index if exists saved_authentications_provider_auth_type_index',
      // Of the single-session system's own later versions, which had the name already.
      'drop index if exists saved_authentications_provider_auth_type_name_index',
      'drop index if exists saved_authentications_provider_name_index',
      'alter table saved_authentications drop constraint if exists name_format, drop constraint if exists name_length',
    ]);
    await restoreParked(queryRunner);
    await runAll(queryRunner, [
      `alter table saved_authentications
         alter column name set not null,
         add constraint saved_authentications_name_format check (name ~ '^[A-Za-z0-9_-]+$'),
         add constraint saved_authentications_name_length check (char_length(name) between 3 and 50)`,
      'create unique index saved_authentications_provider_auth_type_name_index on saved_authentications (provider, auth_type, name)',
    ]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await parkRows(queryRunner, RequireSessionName1756640330000.name, contextOf(queryRunner).park === true);
    await runAll(queryRunner, [
      'create unique index saved_authentications_provider_auth_type_index on saved_authentications (provider, auth_type)',
      'drop index saved_authentications_provider_auth_type_name_index',
      `alter table saved_authentications
         drop constraint saved_authentications_name_length,
         drop constraint saved_authentications_name_format,
         alter column name drop not null`,
    ]);
  }
}
