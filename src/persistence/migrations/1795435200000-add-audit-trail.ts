import type { MigrationInterface, QueryRunner } from 'typeorm';

import type { AuditEntry } from '../../contracts/audit-event.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { appendEvents } from '../audit/append-events.js';
import { contextOf } from './migration-context.js';
import { rowsOf, runAll, valueOf } from './sql.js';
import { renamedTable } from './table-state.js';

/** The trail of changes, and what tells two sessions with the same secret. */
export class AddAuditTrail1795435200000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [...fingerprint, ...trail, ...guards]);
    await tellOfRenamed(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // Made anew from the secrets, on the way up.
    await queryRunner.query('alter table saved_authentications drop column fingerprint');
    const isEmpty = await valueOf<boolean>(queryRunner, 'select not exists (select 1 from audit_events) as value');
    // What was written down stays; the step before does not mind it.
    if (isEmpty === true) await runAll(queryRunner, ['drop table audit_events, audit_head', 'drop function maestro_refuse_change']);
  }
}

/** Whoever came back from where a step down had put them, and had lost their name meanwhile. */
async function tellOfRenamed(queryRunner: QueryRunner): Promise<void> {
  const isThere = await valueOf<boolean>(queryRunner, 'select to_regclass($1) is not null as value', [renamedTable]);
  if (isThere !== true) return;
  const { keyRing } = contextOf(queryRunner);
  if (keyRing === undefined)
    throw new MaestroError('migration.refused', { problem: 'the audit trail needs the encryption keys; give them' });
  const rows = await rowsOf<{ readonly id: string }>(queryRunner, `select session_id as id from ${renamedTable} order by session_id`);
  const entries = rows.map(({ id }): AuditEntry => ({ actor: 'system', action: 'session.change', target: id, detail: 'name' }));
  await appendEvents({ run: ({ text }, values) => rowsOf(queryRunner, text, values) }, keyRing, entries);
  await queryRunner.query(`drop table ${renamedTable}`);
}

const fingerprint = [
  'alter table saved_authentications add column fingerprint text',
  'create index saved_authentications_fingerprint_index on saved_authentications (fingerprint)',
];

const trail = [
  `create table if not exists audit_events (
     seq bigint not null,
     at timestamptz not null,
     actor text not null,
     action text not null,
     target text not null,
     related text,
     outcome text not null,
     detail text,
     hash bytea not null,
     key_id text not null,
     mac bytea not null,
     constraint audit_events_pkey primary key (seq),
     constraint audit_events_seq check (seq >= 1),
     constraint audit_events_outcome check (outcome in ('done', 'failed', 'skipped'))
   )`,
  'create index if not exists audit_events_target_index on audit_events (target, seq)',
  `create table if not exists audit_head (
     is_only boolean not null,
     seq bigint not null,
     hash bytea not null,
     key_id text,
     mac bytea,
     constraint audit_head_pkey primary key (is_only),
     constraint audit_head_only check (is_only)
   )`,
  `insert into audit_head (is_only, seq, hash) values (true, 0, decode(repeat('00', 32), 'hex')) on conflict do nothing`,
];

/** Against mistakes and borrowed rights; who owns the tables can take a trigger away, and is then told by the chain. */
const guards = [
  `create or replace function maestro_refuse_change() returns trigger language plpgsql as $$
   begin
     raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
   end $$`,
  `create or replace trigger audit_events_append_only before update or delete or truncate on audit_events
     for each statement execute function maestro_refuse_change()`,
  `create or replace trigger audit_head_stays before delete or truncate on audit_head
     for each statement execute function maestro_refuse_change()`,
];
