import type { MigrationInterface, QueryRunner } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { valueOf } from './sql.js';

/** What the single-session system's table has, by name and type; also with the name that a later version or a step down left. */
const originColumns =
  /^auth_type varchar, credentials jsonb, expires_at timestamp, id int8, inserted_at timestamp, (?:name (?:varchar|text), )?provider varchar, updated_at timestamp$/;

const expiryIndex = 'create index if not exists saved_authentications_expires_at_index on saved_authentications (expires_at)';

/** The table of the single-session system as it was, or the one that is there: one row for each provider and auth type. */
export class CreateSavedAuthentications1756461037000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    if (await isThere(queryRunner)) {
      await queryRunner.query(expiryIndex);
      return;
    }
    await queryRunner.query(`
      create table saved_authentications (
        id bigserial,
        provider varchar(255) not null,
        auth_type varchar(255) not null,
        credentials jsonb not null,
        expires_at timestamp(0),
        inserted_at timestamp(0) not null,
        updated_at timestamp(0) not null,
        constraint saved_authentications_pkey primary key (id)
      )`);
    await queryRunner.query(
      'create unique index saved_authentications_provider_auth_type_index on saved_authentications (provider, auth_type)',
    );
    await queryRunner.query(expiryIndex);
  }

  /** With rows it stays, as it would have been found: the single-session system's table was never ours to drop. */
  async down(queryRunner: QueryRunner): Promise<void> {
    const hasRows = await valueOf<boolean>(queryRunner, 'select exists (select 1 from saved_authentications) as value');
    if (hasRows !== true) await queryRunner.query('drop table saved_authentications');
  }
}

/** @throws MaestroError `migration.refused` where a table of that name is something else */
async function isThere(queryRunner: QueryRunner): Promise<boolean> {
  const [found] = (await queryRunner.query(`
    select string_agg(column_name || ' ' || udt_name, ', ' order by column_name collate "C") as columns
      from information_schema.columns where table_schema = current_schema() and table_name = 'saved_authentications'`)) as readonly {
    columns: string | null;
  }[];
  const columns = found?.columns ?? undefined;
  if (columns === undefined) return false;
  if (originColumns.test(columns)) return true;
  throw new MaestroError('migration.refused', {
    problem: `there is a table saved_authentications that Maestro does not know (${columns}); nothing was changed`,
  });
}
