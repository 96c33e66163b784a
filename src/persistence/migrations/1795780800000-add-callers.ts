import type { MigrationInterface, QueryRunner } from 'typeorm';

import { runAll, valueOf } from './sql.js';

/** Who holds a Maestro key, and what each may use. */
export class AddCallers1795780800000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [...tables, ...ties]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const isEmpty = await valueOf<boolean>(queryRunner, 'select not exists (select 1 from callers) as value');
    if (isEmpty === true) await queryRunner.query('drop table caller_defaults, caller_grants, callers');
    // Keys and grants stay, tied to nothing that the steps before change.
    else {
      await runAll(queryRunner, [
        'drop trigger callers_refuse_retired_key on callers',
        'alter table caller_grants drop constraint caller_grants_session_id_fkey',
        'alter table caller_defaults drop constraint caller_defaults_session_id_fkey',
      ]);
    }
  }
}

const tables = [
  `create table if not exists callers (
     id uuid not null,
     name text not null,
     scopes text[] not null,
     max_streams integer,
     requests_per_minute integer,
     provider text not null,
     auth_type text not null,
     pepper bytea not null,
     key_id text not null,
     secret_version integer not null,
     key_hash bytea not null,
     created_at timestamptz not null,
     expires_at timestamptz,
     revoked_at timestamptz,
     last_used_at timestamptz,
     constraint callers_pkey primary key (id),
     constraint callers_auth_type check (provider = 'maestro' and auth_type = 'api_key'),
     constraint callers_limits check (max_streams >= 1 and requests_per_minute >= 1)
   )`,
  'create unique index if not exists callers_lower_name_index on callers (lower(name)) where revoked_at is null',
  'create index if not exists callers_key_id_index on callers (key_id)',
  `create table if not exists caller_grants (
     id uuid not null,
     caller_id uuid not null,
     provider text,
     auth_type text,
     name text,
     session_id uuid,
     created_at timestamptz not null,
     constraint caller_grants_pkey primary key (id),
     constraint caller_grants_caller_id_fkey foreign key (caller_id) references callers (id) on delete cascade,
     constraint caller_grants_auth_type check (auth_type in ('oauth', 'api_key')),
     constraint caller_grants_target check ((session_id is null) = (provider is not null and name is not null))
   )`,
  `create unique index if not exists caller_grants_name_index on caller_grants (caller_id, provider, name, coalesce(auth_type, ''))
     where session_id is null`,
  'create unique index if not exists caller_grants_session_index on caller_grants (caller_id, session_id) where session_id is not null',
  'create index if not exists caller_grants_session_id_index on caller_grants (session_id)',
  `create table if not exists caller_defaults (
     id uuid not null,
     caller_id uuid not null,
     provider text not null,
     session_id uuid not null,
     constraint caller_defaults_pkey primary key (id),
     constraint caller_defaults_caller_id_fkey foreign key (caller_id) references callers (id) on delete cascade
   )`,
  'create unique index if not exists caller_defaults_caller_id_provider_index on caller_defaults (caller_id, provider)',
  'create index if not exists caller_defaults_session_id_index on caller_defaults (session_id)',
];

const ties = ['caller_grants', 'caller_defaults'].flatMap((table) => [
  // Of sessions that were deleted while an older version was at work.
  `delete from ${table} where session_id is not null and not exists (select 1 from saved_authentications where id = session_id)`,
  `alter table ${table} add constraint ${table}_session_id_fkey foreign key (session_id)
     references saved_authentications (id) on delete cascade`,
]);
ties.push(
  `create trigger callers_refuse_retired_key before insert or update of key_id on callers
     for each row execute function refuse_retired_key()`,
);
