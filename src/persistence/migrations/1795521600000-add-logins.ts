import type { MigrationInterface, QueryRunner } from 'typeorm';

import { runAll, valueOf } from './sql.js';

/** Logins between their two halves, how they ended, and which terms were accepted. */
export class AddLogins1795521600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [pending, ...around, finished, ...consents]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // Whoever is just logging in begins anew.
    await queryRunner.query('drop table pending_logins, finished_logins');
    const isEmpty = await valueOf<boolean>(queryRunner, 'select not exists (select 1 from login_consents) as value');
    // What somebody accepted stays; the step before does not mind it.
    if (isEmpty === true) await queryRunner.query('drop table login_consents');
  }
}

const pending = `create table pending_logins (
  id uuid not null constraint pending_logins_pkey primary key,
  provider text not null,
  auth_type text not null,
  name text not null,
  method text not null,
  caller_id text not null,
  session_id uuid,
  state_hash text,
  secrets bytea not null,
  key_id text not null,
  secret_version integer not null,
  poll_interval_seconds integer,
  next_poll_at timestamptz,
  expires_at timestamptz not null,
  constraint pending_logins_auth_type check (auth_type = 'oauth'),
  constraint pending_logins_method check (method in ('browser', 'paste', 'device', 'federation')))`;

const around = [
  'create unique index pending_logins_state_hash_index on pending_logins (state_hash)',
  'create index pending_logins_caller_id_index on pending_logins (caller_id)',
  `create trigger pending_logins_refuse_retired_key before insert or update of key_id on pending_logins
     for each row execute function refuse_retired_key()`,
];

const finished = `create table finished_logins (
  id uuid not null constraint finished_logins_pkey primary key,
  provider text not null,
  name text not null,
  method text not null,
  caller_id text not null,
  status text not null,
  session_id uuid,
  problem_code text,
  problem_detail text,
  expires_at timestamptz not null,
  constraint finished_logins_status check (status in ('finishing', 'done', 'failed')))`;

const consents = [
  `create table if not exists login_consents (
     id uuid not null constraint login_consents_pkey primary key,
     provider text not null,
     terms_date text not null,
     accepted_by text not null,
     accepted_at timestamptz not null)`,
  'create unique index if not exists login_consents_provider_terms_date_index on login_consents (provider, terms_date)',
];
