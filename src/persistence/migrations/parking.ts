import type { QueryRunner } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { defaultName, freeName, takenNames } from './session-naming.js';
import { countOf, rowsOf, runAll, valueOf } from './sql.js';
import { parkedTable, renamedTable, tableState } from './table-state.js';

const columns = 'id, provider, auth_type, name, credentials, expires_at, inserted_at, updated_at';

/** Of the whole row, so that what comes back is what was put aside. */
const checksum = `encode(sha256(convert_to(jsonb_build_object('id', id, 'provider', provider, 'auth_type', auth_type, 'name', name,
  'credentials', credentials, 'expires_at', expires_at, 'inserted_at', inserted_at, 'updated_at', updated_at)::text, 'UTF8')), 'hex')`;

/** Of each pair the default session stays, else the one used last, else the oldest; `rank` above 1 has no room below. */
export const rankedRows = `select id, row_number() over (partition by provider, auth_type order by
    name is not distinct from (${defaultName}) desc,
    (credentials->'row'->>'last_used_at')::timestamptz desc nulls last, id) as rank
  from saved_authentications`;

/** Puts aside what a table with one session for each pair has no room for. */
export async function parkRows(queryRunner: QueryRunner, step: string, isAllowed: boolean): Promise<void> {
  await queryRunner.query('lock table saved_authentications in access exclusive mode');
  const extra = await countOf(queryRunner, `(${rankedRows}) as ranked where rank > 1`);
  if (extra === 0) return;
  if (!isAllowed)
    throw refused(`${String(extra)} sessions have no room below "${step}" and would be parked; run maestro migrate down --park`);
  const before = await fingerprintOf(queryRunner, `select ${checksum} as sum from saved_authentications`);
  await runAll(queryRunner, [
    `create table if not exists ${parkedTable} (like saved_authentications, parked_at timestamptz not null,
       parked_by_migration text not null, row_sha256 text not null)`,
    `with taken as (
       delete from saved_authentications where id in (select id from (${rankedRows}) as ranked where rank > 1) returning ${columns})
     insert into ${parkedTable} (${columns}, parked_at, parked_by_migration, row_sha256)
     select ${columns}, now(), '${step}', ${checksum} from taken`,
  ]);
  const kept = `select ${checksum} as sum from saved_authentications`;
  const parked = `select row_sha256 as sum from ${parkedTable} where parked_at = now() and row_sha256 = ${checksum}`;
  const after = await fingerprintOf(queryRunner, `${kept} union all ${parked}`);
  if (before !== after) throw refused('the parked rows are not the rows that were there; nothing was changed');
}

/** Brings back what was parked, each row as it was but for a name that somebody has taken meanwhile. */
export async function restoreParked(queryRunner: QueryRunner): Promise<void> {
  const { hasParked } = await tableState(queryRunner);
  if (!hasParked) return;
  const damaged = await countOf(queryRunner, `${parkedTable} where row_sha256 <> ${checksum}`);
  if (damaged !== 0) throw refused(`${String(damaged)} rows of ${parkedTable} were changed since they were parked; nothing was changed`);
  await renameTaken(queryRunner);
  await runAll(queryRunner, [
    // A number that was given anew meanwhile; nothing refers to it.
    `update ${parkedTable} set id = nextval(pg_get_serial_sequence('saved_authentications', 'id'))
      where id in (select id from saved_authentications)`,
    `insert into saved_authentications (${columns}) select ${columns} from ${parkedTable}`,
    `drop table ${parkedTable}`,
  ]);
}

interface TakenRow {
  readonly id: string;
  readonly provider: string;
  readonly authType: string;
  readonly name: string;
}

async function renameTaken(queryRunner: QueryRunner): Promise<void> {
  const rows = await rowsOf<TakenRow>(
    queryRunner,
    `select id::text as id, provider, auth_type as "authType", name from ${parkedTable} parked
      where exists (select 1 from saved_authentications there where there.provider = parked.provider
        and there.auth_type = parked.auth_type and lower(there.name) = lower(parked.name)) order by id`,
  );
  for (const { id, provider, authType, name } of rows) {
    const isTaken = await takenNames(queryRunner, provider, authType);
    const isParked = await parkedNames(queryRunner, provider, authType);
    const free = freeName(name, (candidate) => isTaken(candidate) || isParked(candidate), '_restored');
    await queryRunner.query(`update ${parkedTable} set name = $2 where id = $1`, [id, free]);
  }
  if (rows.length > 0) await rememberRenamed(queryRunner, rows);
}

/** For the trail of changes, which is not there before a later step. What came from elsewhere has no id of ours to be told by. */
async function rememberRenamed(queryRunner: QueryRunner, rows: readonly TakenRow[]): Promise<void> {
  await queryRunner.query(`create table if not exists ${renamedTable} (session_id uuid not null)`);
  await queryRunner.query(
    `insert into ${renamedTable} select (credentials->>'id')::uuid from ${parkedTable} where id = any($1::bigint[]) and credentials ? 'id'`,
    [rows.map(({ id }) => id)],
  );
}

async function parkedNames(queryRunner: QueryRunner, provider: string, authType: string): Promise<(name: string) => boolean> {
  const rows = await rowsOf<{ readonly name: string }>(
    queryRunner,
    `select lower(name) as name from ${parkedTable} where provider = $1 and auth_type = $2`,
    [provider, authType],
  );
  const taken = new Set(rows.map(({ name }) => name));
  return (name) => taken.has(name.toLowerCase());
}

async function fingerprintOf(queryRunner: QueryRunner, sums: string): Promise<string | undefined> {
  return valueOf<string>(
    queryRunner,
    `select count(*) || ':' || encode(sha256(convert_to(coalesce(string_agg(sum, ',' order by sum), ''), 'UTF8')), 'hex') as value
       from (${sums}) as rows`,
  );
}

function refused(problem: string): MaestroError {
  return new MaestroError('migration.refused', { problem });
}
