import type { QueryRunner } from 'typeorm';

import { authTypes } from '../../contracts/auth-type.js';
import type { MigrationFinding } from '../../core/migrations/migrations.port.js';
import { defaultName, isDefaultNameTaken, isName, unnamedRows } from './session-naming.js';
import { countOf, rowsOf } from './sql.js';
import type { TableState } from './table-state.js';
import { isSealedForm } from './table-state.js';

/** Something to look for in rows of the single-session system. */
interface Question {
  readonly code: string;
  /** What it is, and what happens to it or what to do. */
  readonly text: string;
  /** Gives `id` of each row concerned. */
  readonly rows: string;
}

const uuid = `'^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'`;
const shownExamples = 3;

function where(condition: string): string {
  return `select id from saved_authentications where ${condition}`;
}

const problems: readonly Question[] = [
  {
    code: 'value-missing',
    text: 'have no provider, auth type, credentials or time of writing; complete or delete them',
    rows: where('provider is null or auth_type is null or credentials is null or inserted_at is null or updated_at is null'),
  },
  {
    code: 'auth-type-unknown',
    text: `have an auth type other than ${authTypes.join(' and ')}; correct or delete them`,
    rows: where(`auth_type not in (${authTypes.map((authType) => `'${authType}'`).join(', ')})`),
  },
  {
    code: 'time-infinite',
    text: 'have a time without end; give them a date, or null where they do not expire',
    rows: where('not isfinite(expires_at) or not isfinite(inserted_at) or not isfinite(updated_at)'),
  },
  {
    code: 'sealed-form-damaged',
    text: 'were sealed and have been changed by hand since, or copied; put them back or delete them',
    rows: `select id from (
      select id, ${isSealedForm} as is_sealed, credentials->>'id' as session_id, credentials->>'sealed' as envelope, credentials->'row'->>'key_id' as key_id,
             count(*) over (partition by credentials->>'id') as copies
        from saved_authentications) as found
      where is_sealed and (session_id !~ ${uuid} or envelope !~ '^[A-Za-z0-9+/]+={0,2}$' or key_id is null or copies > 1)`,
  },
];

const problemsOfNames: readonly Question[] = [
  {
    code: 'name-invalid',
    text: 'have a name that is no session name (3 to 50 of A-Z a-z 0-9 _ -, no UUID); rename them',
    rows: where(`name is not null and not ${isName}`),
  },
  {
    code: 'name-twice',
    text: 'have a name that another session of the same provider and auth type has too, but for case; rename all but one',
    rows: `select id from (select id, count(*) over (partition by provider, auth_type, lower(name)) as times
             from saved_authentications where name is not null) as named where times > 1`,
  },
];

/** Row numbers become UUIDs: whoever points at the numbers would point at nothing, and PostgreSQL would refuse half-way. */
const dependants: readonly Question[] = [
  {
    code: 'foreign-key',
    text: 'are foreign keys of other tables on saved_authentications.id, which becomes a UUID; drop them first',
    rows: `select conrelid::regclass::text || '.' || conname as id from pg_constraint
      where contype = 'f' and confrelid = 'saved_authentications'::regclass`,
  },
  {
    code: 'view',
    text: 'are views of saved_authentications, whose columns change; drop them first',
    rows: `select distinct ev_class::regclass::text as id from pg_depend join pg_rewrite on pg_rewrite.oid = objid
      where classid = 'pg_rewrite'::regclass and refobjid = 'saved_authentications'::regclass`,
  },
];

function notes(nameColumn: string): readonly Question[] {
  return [
    {
      code: 'provider-id-unusual',
      text: 'have a provider id that Maestro gives to no provider (2 to 40 of a-z 0-9 -); they are kept as they are',
      rows: where(`provider !~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' or char_length(provider) not between 2 and 40`),
    },
    {
      code: 'name-shortened',
      text: 'get a name with a shortened provider: default_<provider>_<auth_type> is not a name or is over 50 characters',
      rows: where(`${nameColumn} is null and ${defaultName} <> 'default_' || provider || '_' || auth_type`),
    },
    {
      code: 'credentials-incomplete',
      text: 'hold neither an api_key nor an access_token as their auth type wants; they are sealed as they are and marked needs_attention',
      rows: where(`not ${isSealedForm} and coalesce(jsonb_typeof(
        credentials->(case auth_type when 'api_key' then 'api_key' else 'access_token' end)) <> 'string'
        or credentials->>(case auth_type when 'api_key' then 'api_key' else 'access_token' end) = '', true)`),
    },
    {
      code: 'sealed-form',
      text: 'were sealed before a step down; they come back with their id, state and secret as they were',
      rows: where(isSealedForm),
    },
    {
      code: 'duplicate-pair',
      text: 'share provider and auth type with a row written later, and have no name; they are numbered (…_2, …_3)',
      rows: `select id from (${unnamedRows(nameColumn)}) as unnamed where rank > 1`,
    },
  ];
}

const notesOfNames: readonly Question[] = [
  { code: 'name-present', text: 'have a name already and keep it', rows: where('name is not null') },
  {
    code: 'default-name-taken',
    text: 'would get a default name that another session has already; they are numbered (…_2)',
    rows: `select id from (${unnamedRows('name')}) as unnamed where rank = 1 and ${isDefaultNameTaken}`,
  },
];

/** What somebody has to decide before a row is touched. */
export async function problemsIn(queryRunner: QueryRunner, { hasName }: TableState): Promise<readonly MigrationFinding[]> {
  return askAll(queryRunner, [...problems, ...(hasName ? problemsOfNames : []), ...dependants]);
}

/** What is unusual and taken care of. Only where there are no problems: the questions take whole rows for granted. */
export async function notesOn(queryRunner: QueryRunner, { hasName }: TableState): Promise<readonly MigrationFinding[]> {
  return askAll(queryRunner, [...notes(hasName ? 'name' : 'null::text'), ...(hasName ? notesOfNames : [])]);
}

async function askAll(queryRunner: QueryRunner, questions: readonly Question[]): Promise<readonly MigrationFinding[]> {
  const findings: MigrationFinding[] = [];
  for (const { code, text, rows: query } of questions) {
    const rows = await countOf(queryRunner, `(${query}) as found`);
    if (rows > 0) findings.push({ code, rows, text, examples: await examplesOf(queryRunner, query) });
  }
  return findings;
}

async function examplesOf(queryRunner: QueryRunner, query: string): Promise<readonly string[]> {
  const found = await rowsOf<{ readonly id: string }>(
    queryRunner,
    `select id::text as id from (${query}) as found order by found.id limit ${String(shownExamples)}`,
  );
  return found.map(({ id }) => id);
}
