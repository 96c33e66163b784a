import type { MigrationInterface, QueryRunner } from 'typeorm';

import { runAll } from './sql.js';

/** Requests that came with an `Idempotency-Key`, and what they were answered. */
export class AddIdempotentRequests1796126400000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [table, ...around]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // Of a day at most; who repeats a request then is served anew.
    await queryRunner.query('drop table idempotent_requests');
  }
}

const table = `create table idempotent_requests (
  id uuid not null constraint idempotent_requests_pkey primary key,
  caller_id text not null,
  provider text not null,
  auth_type text not null,
  content bytea not null,
  key_id text not null,
  secret_version integer not null,
  epoch integer not null,
  is_done boolean not null,
  leased_until timestamptz not null,
  expires_at timestamptz not null)`;

const around = [
  'create index idempotent_requests_expires_at_index on idempotent_requests (expires_at)',
  `create trigger idempotent_requests_refuse_retired_key before insert or update of key_id on idempotent_requests
     for each row execute function refuse_retired_key()`,
];
