import type { MigrationInterface, QueryRunner } from 'typeorm';

import { requireEmpty } from './require-empty.js';

/** Ours: a UUID for each session, its secret sealed, its state, and what refreshing needs; tombstones; the keys' sentinels. */
export class SealSessions1795348800000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await requireEmpty(queryRunner, 'seal the credentials');
    for (const statement of upwards) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await requireEmpty(queryRunner, 'unseal the credentials');
    for (const statement of downwards) await queryRunner.query(statement);
  }
}

const upwards = [
  `alter table saved_authentications
     drop column id,
     drop column credentials,
     alter column provider type text,
     alter column auth_type type text,
     alter column expires_at type timestamptz using expires_at at time zone 'UTC',
     alter column inserted_at type timestamptz using inserted_at at time zone 'UTC',
     alter column updated_at type timestamptz using updated_at at time zone 'UTC'`,
  'alter table saved_authentications rename column inserted_at to created_at',
  `alter table saved_authentications
     add column id uuid not null,
     add column label text,
     add column credentials bytea not null,
     add column key_id text not null,
     add column secret_version integer not null,
     add column generation integer not null,
     add column status text not null,
     add column status_reason text,
     add column base_url text,
     add column secret_hint text,
     add column last_used_at timestamptz,
     add column last_refresh_at timestamptz,
     add column next_refresh_at timestamptz,
     add column lease_owner text,
     add column lease_epoch integer not null,
     add column lease_until timestamptz,
     add column refresh_attempt_id uuid,
     add column refresh_started_at timestamptz,
     add column refresh_failures integer not null,
     add constraint saved_authentications_pkey primary key (id),
     add constraint saved_authentications_auth_type check (auth_type in ('oauth', 'api_key')),
     add constraint saved_authentications_name_not_uuid
       check (name !~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
     add constraint saved_authentications_status
       check (status in ('active', 'needs_attention', 'reauth_required', 'exhausted', 'disabled')),
     add constraint saved_authentications_counters
       check (secret_version >= 1 and generation >= 1 and lease_epoch >= 0 and refresh_failures >= 0)`,
  `create unique index saved_authentications_provider_auth_type_lower_name_index
     on saved_authentications (provider, auth_type, lower(name))`,
  'create index saved_authentications_key_id_index on saved_authentications (key_id)',
  `create table session_tombstones (
     id uuid not null,
     provider text not null,
     auth_type text not null,
     name text not null,
     created_at timestamptz not null,
     deleted_at timestamptz not null,
     constraint session_tombstones_pkey primary key (id)
   )`,
  'create index session_tombstones_deleted_at_index on session_tombstones (deleted_at)',
  `create table encryption_keys (
     key_id text not null,
     sentinel bytea not null,
     created_at timestamptz not null,
     constraint encryption_keys_pkey primary key (key_id)
   )`,
];

const downwards = [
  'drop table encryption_keys',
  'drop table session_tombstones',
  'drop index saved_authentications_key_id_index',
  'drop index saved_authentications_provider_auth_type_lower_name_index',
  `alter table saved_authentications
     drop constraint saved_authentications_counters,
     drop constraint saved_authentications_status,
     drop constraint saved_authentications_name_not_uuid,
     drop constraint saved_authentications_auth_type,
     drop column id,
     drop column label,
     drop column credentials,
     drop column key_id,
     drop column secret_version,
     drop column generation,
     drop column status,
     drop column status_reason,
     drop column base_url,
     drop column secret_hint,
     drop column last_used_at,
     drop column last_refresh_at,
     drop column next_refresh_at,
     drop column lease_owner,
     drop column lease_epoch,
     drop column lease_until,
     drop column refresh_attempt_id,
     drop column refresh_started_at,
     drop column refresh_failures`,
  'alter table saved_authentications rename column created_at to inserted_at',
  `alter table saved_authentications
     add column id bigserial,
     add column credentials jsonb not null,
     add constraint saved_authentications_pkey primary key (id),
     alter column provider type varchar(255),
     alter column auth_type type varchar(255),
     alter column expires_at type timestamp(0) using expires_at at time zone 'UTC',
     alter column inserted_at type timestamp(0) using inserted_at at time zone 'UTC',
     alter column updated_at type timestamp(0) using updated_at at time zone 'UTC'`,
];
