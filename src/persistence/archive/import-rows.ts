import type { QueryRunner } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { rowsOf } from '../migrations/sql.js';
import type { ArchivedTable } from './archived-tables.js';
import { sessionsTable, tablesIn } from './archived-tables.js';
import type { RowBatch } from './read-archive.js';
import { restoredRow } from './sealed-row.js';

/** Takes the tables for the rest of the transaction. @throws MaestroError `archive.vault-not-empty` */
export async function takeEmptyTables(queryRunner: QueryRunner): Promise<readonly ArchivedTable[]> {
  const tables = await tablesIn(queryRunner);
  await queryRunner.query(`lock table ${tables.map(({ name }) => name).join(', ')} in exclusive mode`);
  const full: string[] = [];
  for (const { name, hasFixedRow } of tables) {
    if (hasFixedRow === true) continue;
    const rows = await rowsOf(queryRunner, `select 1 from ${name} limit 1`);
    if (rows.length > 0) full.push(name);
  }
  if (full.length > 0) throw new MaestroError('archive.vault-not-empty', { tables: full });
  return tables;
}

/** Columns are filled by name, each value in the text form that it was exported in: to the microsecond and the last byte. */
export async function importRows(
  queryRunner: QueryRunner,
  tables: readonly ArchivedTable[],
  { table: name, rows }: RowBatch,
  isStale: (row: string) => boolean,
): Promise<void> {
  const table = tables.find((known) => known.name === name);
  if (table === undefined)
    throw new MaestroError('archive.other-version', { problem: `this database has no table for the archive's "${name}"` });
  const values = name === sessionsTable ? rows.map((row) => restoredRow(row, isStale(row))) : rows;
  const given = `select * from jsonb_populate_recordset(null::${table.name}, $1::jsonb)`;
  await queryRunner.query(`insert into ${table.name} ${given} ${await takeover(queryRunner, table)}`, [`[${values.join(',')}]`]);
}

/** What to do with the fixed row that is there already. */
async function takeover(queryRunner: QueryRunner, { name, key, hasFixedRow }: ArchivedTable): Promise<string> {
  if (hasFixedRow !== true) return '';
  const columns = await rowsOf<{ readonly name: string }>(
    queryRunner,
    `select column_name as name from information_schema.columns where table_schema = current_schema() and table_name = $1 order by 1`,
    [name],
  );
  return `on conflict ("${key}") do update set ${columns.map((column) => `"${column.name}" = excluded."${column.name}"`).join(', ')}`;
}
