import type { MigrationInterface, QueryRunner } from 'typeorm';

import { runAll, valueOf } from './sql.js';

/** Who used how much of what, by the hour. Names stand beside ids, so that it can be read when both are gone. */
export class AddUsage1796040000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, tables);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table usage_batches');
    const isEmpty = await valueOf<boolean>(queryRunner, 'select not exists (select 1 from usage_hours) as value');
    // What was counted stays: it is tied to nothing.
    if (isEmpty === true) await queryRunner.query('drop table usage_hours');
  }
}

const tables = [
  `create table if not exists usage_hours (
     id uuid not null,
     hour timestamptz not null,
     caller_id text not null,
     caller_name text not null,
     session_id uuid not null,
     session_name text not null,
     provider text not null,
     auth_type text not null,
     model text not null,
     operation text not null,
     outcome text not null,
     requests bigint not null,
     input_tokens bigint not null,
     output_tokens bigint not null,
     cache_read_tokens bigint not null,
     cache_write_tokens bigint not null,
     reasoning_tokens bigint not null,
     tool_use_prompt_tokens bigint not null,
     latency_ms double precision not null,
     slowest_ms double precision not null,
     first_ms double precision not null,
     firsts bigint not null,
     constraint usage_hours_pkey primary key (id)
   )`,
  `create unique index if not exists usage_hours_key_index
     on usage_hours (hour, caller_id, session_id, model, operation, outcome)`,
  `create table if not exists usage_batches (
     id uuid not null,
     written_at timestamptz not null,
     constraint usage_batches_pkey primary key (id)
   )`,
  'create index if not exists usage_batches_written_at_index on usage_batches (written_at)',
];
