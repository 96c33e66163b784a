import type { MigrationInterface, QueryRunner } from 'typeorm';

import { runAll } from './sql.js';

/**
 * Every change of what replicas remember is told in the transaction that makes it, whoever makes it. What is noted a thousand
 * times a day (last use, leases) is no change.
 */
export class TellOfChanges1795953600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [...functions, ...triggers]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const names = ['saved_authentications', 'callers', 'caller_grants', 'caller_defaults'];
    await runAll(
      queryRunner,
      names.flatMap((table) => ['change', 'rows', 'all'].map((what) => `drop trigger if exists ${table}_tell_of_${what} on ${table}`)),
    );
    await runAll(queryRunner, ['drop function maestro_tell_of_session()', 'drop function maestro_tell_of_caller()']);
  }
}

/** A caller's own row says `id` what its grants and defaults say `caller_id`. */
const functions = [
  `create or replace function maestro_tell_of_session() returns trigger language plpgsql as $$
   begin
     if tg_op = 'TRUNCATE' then
       perform pg_notify('maestro_changes', 'all');
       return null;
     end if;
     if tg_op <> 'INSERT' then
       perform pg_notify('maestro_changes', json_build_object('session', old.id, 'provider', old.provider, 'name', old.name)::text);
     end if;
     if tg_op <> 'DELETE' then
       perform pg_notify('maestro_changes', json_build_object('session', new.id, 'provider', new.provider, 'name', new.name)::text);
     end if;
     return null;
   end $$`,
  `create or replace function maestro_tell_of_caller() returns trigger language plpgsql as $$
   declare
     key text := case when tg_table_name = 'callers' then 'id' else 'caller_id' end;
   begin
     if tg_op = 'TRUNCATE' then
       perform pg_notify('maestro_changes', 'all');
       return null;
     end if;
     perform pg_notify('maestro_changes',
       json_build_object('caller', case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end ->> key)::text);
     return null;
   end $$`,
];

function telling(table: string, what: 'session' | 'caller', watched: readonly string[]): readonly string[] {
  const row = (moment: 'old' | 'new'): string => watched.map((column) => `${moment}.${column}`).join(', ');
  return [
    `create trigger ${table}_tell_of_rows after insert or delete on ${table}
       for each row execute function maestro_tell_of_${what}()`,
    `create trigger ${table}_tell_of_all after truncate on ${table} execute function maestro_tell_of_${what}()`,
    `create trigger ${table}_tell_of_change after update on ${table}
       for each row when ((${row('old')}) is distinct from (${row('new')})) execute function maestro_tell_of_${what}()`,
  ];
}

const triggers = [
  ...telling('saved_authentications', 'session', [
    ...['generation', 'secret_version', 'key_id', 'provider', 'auth_type', 'name', 'status', 'status_reason', 'base_url', 'expires_at'],
  ]),
  ...telling('callers', 'caller', [
    ...['name', 'scopes', 'max_streams', 'requests_per_minute', 'expires_at', 'key_id', 'secret_version', 'key_hash', 'revoked_at'],
  ]),
  ...telling('caller_grants', 'caller', ['caller_id', 'provider', 'auth_type', 'name', 'session_id']),
  ...telling('caller_defaults', 'caller', ['caller_id', 'provider', 'session_id']),
];
