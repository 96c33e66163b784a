import type { MigrationInterface, QueryRunner } from 'typeorm';

import { runAll, valueOf } from './sql.js';

/** For rotating keys while Maestro serves: which processes hold which keys, and which keys may seal nothing any more. */
export class AddReplicas1795370400000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [
      `create table replicas (
         id uuid not null constraint replicas_pkey primary key,
         primary_id text not null,
         key_ids text[] not null,
         seen_at timestamptz not null)`,
      'alter table encryption_keys add column if not exists retired_at timestamptz',
      // Holds also against a process that slept through the retirement and wakes up with the old primary.
      `create or replace function refuse_retired_key() returns trigger language plpgsql as $$
       begin
         if exists (select 1 from encryption_keys where key_id = new.key_id and retired_at is not null) then
           raise exception 'encryption key "%" is retired', new.key_id using errcode = 'MSE01';
         end if;
         return new;
       end $$`,
      `create trigger saved_authentications_refuse_retired_key before insert or update of key_id on saved_authentications
         for each row execute function refuse_retired_key()`,
    ]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [
      'drop trigger saved_authentications_refuse_retired_key on saved_authentications',
      'drop function refuse_retired_key()',
      'drop table replicas',
    ]);
    // A retirement is not for us to lose; the step before does not mind the column.
    const isKept = await valueOf<boolean>(
      queryRunner,
      'select exists (select 1 from encryption_keys where retired_at is not null) as value',
    );
    if (isKept !== true) await queryRunner.query('alter table encryption_keys drop column retired_at');
  }
}
