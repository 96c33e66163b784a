import type { MigrationInterface, QueryRunner } from 'typeorm';

import { runAll, valueOf } from './sql.js';

/** What refreshing tokens needs beside the lease: a ledger of attempts, a place for what lost its session, revocations to do. */
export class AddTokenRefresh1795608000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [...sessions, ...ledger, ...grants, ...revocations, ...guards]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [
      ...guarded.map((table) => `drop trigger ${table}_refuse_retired_key on ${table}`),
      'drop index saved_authentications_next_refresh_at_index',
      'alter table saved_authentications drop column issued_at',
    ]);
    // What still holds a secret, or tells what became of one, stays; the step before does not mind it.
    for (const table of ['refresh_attempts', 'orphaned_grants', 'pending_revocations']) {
      const isEmpty = await valueOf<boolean>(queryRunner, `select not exists (select 1 from ${table}) as value`);
      if (isEmpty === true) await queryRunner.query(`drop table ${table}`);
    }
  }
}

const sessions = [
  'alter table saved_authentications add column issued_at timestamptz',
  'create index saved_authentications_next_refresh_at_index on saved_authentications (next_refresh_at)',
];

const ledger = [
  `create table if not exists refresh_attempts (
     attempt_id uuid not null,
     session_id uuid not null,
     generation integer not null,
     token_fingerprint text,
     state text not null,
     reason text,
     replica text not null,
     claimed_at timestamptz not null,
     sent_at timestamptz,
     settled_at timestamptz,
     constraint refresh_attempts_pkey primary key (attempt_id),
     constraint refresh_attempts_state check (state in ('claimed', 'sent', 'stored', 'rejected', 'unknown'))
   )`,
  'create index if not exists refresh_attempts_session_id_index on refresh_attempts (session_id, claimed_at)',
  'create index if not exists refresh_attempts_claimed_at_index on refresh_attempts (claimed_at)',
];

const grants = [
  `create table if not exists orphaned_grants (
     id uuid not null,
     session_id uuid not null,
     provider text not null,
     auth_type text not null,
     credentials bytea not null,
     key_id text not null,
     secret_version integer not null,
     reason text not null,
     created_at timestamptz not null,
     constraint orphaned_grants_pkey primary key (id),
     constraint orphaned_grants_reason check (reason in ('fenced', 'replaced'))
   )`,
  'create index if not exists orphaned_grants_session_id_index on orphaned_grants (session_id)',
  'create index if not exists orphaned_grants_created_at_index on orphaned_grants (created_at)',
];

const revocations = [
  `create table if not exists pending_revocations (
     id uuid not null,
     session_id uuid not null,
     provider text not null,
     auth_type text not null,
     credentials bytea not null,
     key_id text not null,
     secret_version integer not null,
     actor text not null,
     attempts integer not null,
     next_at timestamptz not null,
     created_at timestamptz not null,
     constraint pending_revocations_pkey primary key (id),
     constraint pending_revocations_attempts check (attempts >= 0)
   )`,
  'create index if not exists pending_revocations_next_at_index on pending_revocations (next_at)',
];

/** Also the trail's head: it is vouched for with a key, and a process that slept through a retirement must not do so with an old one. */
const guarded = ['orphaned_grants', 'pending_revocations', 'audit_head'];

const guards = guarded.map(
  (table) => `create or replace trigger ${table}_refuse_retired_key before insert or update of key_id on ${table}
     for each row execute function refuse_retired_key()`,
);
