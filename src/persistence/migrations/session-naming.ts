import type { QueryRunner } from 'typeorm';

import { rowsOf } from './sql.js';

const longest = 50;

/** `defaultSessionName` of the contracts as the database says it; a test holds the two together. */
export const defaultName = `'default_' || left(regexp_replace(provider, '[^A-Za-z0-9_-]', '_', 'g'), 41 - length(auth_type)) || '_' || auth_type`;

export const isName = `(name ~ '^[A-Za-z0-9_-]{3,50}$'
  and name !~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')`;

/** `<name>_<n>` with the smallest n from 2 that is free; the name is cut where both together would be too long. */
export function freeName(name: string, isTaken: (name: string) => boolean, infix = ''): string {
  for (let number = infix === '' ? 2 : 1; ; number += 1) {
    const suffix = `${infix}_${String(number)}`;
    const candidate = `${name.slice(0, longest - suffix.length)}${suffix}`;
    if (!isTaken(candidate)) return candidate;
  }
}

/** Unnamed rows with their default name, and how many of their pair come before them: the one last written comes first. */
export function unnamedRows(nameColumn: string): string {
  return `select id, provider, auth_type, default_name,
      row_number() over (partition by provider, auth_type order by updated_at desc, id desc) as rank
    from (select id, provider, auth_type, updated_at, ${defaultName} as default_name from saved_authentications
           where ${nameColumn} is null) as unnamed`;
}

export const isDefaultNameTaken = `exists (select 1 from saved_authentications other
  where other.provider = unnamed.provider and other.auth_type = unnamed.auth_type and lower(other.name) = lower(unnamed.default_name))`;

interface UnnamedRow {
  readonly id: string;
  readonly provider: string;
  readonly authType: string;
  readonly defaultName: string;
}

/** Names what has none; a name that is there stays. */
export async function nameSessions(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    with unnamed as (${unnamedRows('name')})
    update saved_authentications named set name = default_name from unnamed
     where named.id = unnamed.id and rank = 1 and not ${isDefaultNameTaken}`);
  const others = await rowsOf<UnnamedRow>(
    queryRunner,
    `select id::text as id, provider, auth_type as "authType", default_name as "defaultName"
       from (${unnamedRows('name')}) as unnamed order by provider, auth_type, rank`,
  );
  for (const row of others) await nameBesideOthers(queryRunner, row);
}

async function nameBesideOthers(queryRunner: QueryRunner, { id, provider, authType, defaultName: name }: UnnamedRow): Promise<void> {
  const isTaken = await takenNames(queryRunner, provider, authType);
  await queryRunner.query('update saved_authentications set name = $2 where id = $1', [id, freeName(name, isTaken)]);
}

/** Names that differ only in case are the same. */
export async function takenNames(queryRunner: QueryRunner, provider: string, authType: string): Promise<(name: string) => boolean> {
  const rows = await rowsOf<{ readonly name: string }>(
    queryRunner,
    'select lower(name) as name from saved_authentications where provider = $1 and auth_type = $2 and name is not null',
    [provider, authType],
  );
  const taken = new Set(rows.map(({ name }) => name));
  return (name) => taken.has(name.toLowerCase());
}
