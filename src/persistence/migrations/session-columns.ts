import { isSealedForm } from './table-state.js';

/** Columns of ours that a row of the single-session system has not: name, type, and what a row has that never was ours. */
const added: readonly (readonly [name: string, type: string, initial: string])[] = [
  ['label', 'text', 'null'],
  ['key_id', 'text', 'sealing.key_id'],
  ['secret_version', 'integer', '1'],
  ['generation', 'integer', '1'],
  ['status', 'text', 'sealing.status'],
  ['status_reason', 'text', 'sealing.status_reason'],
  ['base_url', 'text', 'null'],
  ['secret_hint', 'text', 'sealing.secret_hint'],
  ['last_used_at', 'timestamptz', 'null'],
  ['last_refresh_at', 'timestamptz', 'null'],
  ['next_refresh_at', 'timestamptz', 'null'],
  ['lease_owner', 'text', 'null'],
  ['lease_epoch', 'integer', '0'],
  ['lease_until', 'timestamptz', 'null'],
  ['refresh_attempt_id', 'uuid', 'null'],
  ['refresh_started_at', 'timestamptz', 'null'],
  ['refresh_failures', 'integer', '0'],
];

const required = ['key_id', 'secret_version', 'generation', 'status', 'lease_epoch', 'refresh_failures'];

const columnList = added.map(([name, type]) => `add column ${name} ${type}`).join(', ');

export const besideTables = [
  `create table if not exists session_tombstones (
     id uuid not null,
     provider text not null,
     auth_type text not null,
     name text not null,
     created_at timestamptz not null,
     deleted_at timestamptz not null,
     constraint session_tombstones_pkey primary key (id)
   )`,
  'create index if not exists session_tombstones_deleted_at_index on session_tombstones (deleted_at)',
  `create table if not exists encryption_keys (
     key_id text not null,
     sentinel bytea not null,
     created_at timestamptz not null,
     constraint encryption_keys_pkey primary key (key_id)
   )`,
];

/** `was`: what a row of the sealed form remembers of itself; gone at the end. */
export const addColumns = `alter table saved_authentications add column session_id uuid, add column sealed bytea, add column was jsonb,
  ${columnList}`;

/** The plain text is overwritten in the same breath, so that no new copy of it is written anywhere. */
export function takeSealed(sealingTable: string): string {
  const values = added.map(([name, , initial]) => `${name} = ${initial}`).join(', ');
  return `update saved_authentications plain
    set session_id = sealing.session_id, sealed = sealing.credentials, credentials = '{}', ${values}
    from ${sealingTable} sealing
    where sealing.id = plain.id and sealing.row_version = plain.xmin::text`;
}

export const takeSealedForm = `update saved_authentications
  set session_id = (credentials->>'id')::uuid, sealed = decode(credentials->>'sealed', 'base64'), was = credentials->'row', credentials = '{}',
      ${added.map(([name, type]) => `${name} = (credentials->'row'->>'${name}')::${type}`).join(', ')}
  where ${isSealedForm}`;

/** To the microsecond where nobody has written the column below, where it holds whole seconds. */
function restoredTime(column: string, formerly: string): string {
  const remembered = `(was->>'${column}')::timestamptz`;
  return `alter column ${formerly} type timestamptz using case
    when was is not null and (${remembered} at time zone 'UTC')::timestamp(0) is not distinct from ${formerly} then ${remembered}
    else ${formerly} at time zone 'UTC' end`;
}

/**
 * The times' new types make PostgreSQL write the whole table anew, after `credentials` is gone: neither a plain row nor a dead
 * one is in the new files, and the old ones are deleted with the transaction.
 */
export const takeForm = [
  'alter table saved_authentications drop column id, drop column credentials',
  `alter table saved_authentications
     alter column provider type text,
     alter column auth_type type text,
     ${restoredTime('expires_at', 'expires_at')},
     ${restoredTime('created_at', 'inserted_at')},
     ${restoredTime('updated_at', 'updated_at')}`,
  'alter table saved_authentications drop column was',
  'alter table saved_authentications rename column session_id to id',
  'alter table saved_authentications rename column sealed to credentials',
  'alter table saved_authentications rename column inserted_at to created_at',
  `alter table saved_authentications
     ${['id', 'credentials', 'provider', 'auth_type', 'created_at', 'updated_at', ...required].map((name) => `alter column ${name} set not null`).join(', ')},
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
];

/** Without opening anything: the envelope goes into `credentials` as it is, and beside it what the row was. */
export const leaveForm = [
  'lock table saved_authentications in access exclusive mode',
  'alter table saved_authentications add column sealed_form jsonb',
  `update saved_authentications as session
     set sealed_form = jsonb_build_object('sealed', translate(encode(credentials, 'base64'), E'\\n', ''), 'id', id,
       'version', secret_version, 'row', to_jsonb(session) - 'credentials' - 'sealed_form')`,
  'drop index saved_authentications_key_id_index',
  'drop index saved_authentications_provider_auth_type_lower_name_index',
  `alter table saved_authentications
     drop constraint saved_authentications_counters,
     drop constraint saved_authentications_status,
     drop constraint saved_authentications_name_not_uuid,
     drop constraint saved_authentications_auth_type,
     drop column id,
     drop column credentials,
     ${added.map(([name]) => `drop column ${name}`).join(', ')}`,
  'alter table saved_authentications rename column created_at to inserted_at',
  'alter table saved_authentications rename column sealed_form to credentials',
  `alter table saved_authentications
     add column id bigserial,
     alter column credentials set not null,
     add constraint saved_authentications_pkey primary key (id),
     alter column provider type varchar(255),
     alter column auth_type type varchar(255),
     alter column expires_at type timestamp(0) using expires_at at time zone 'UTC',
     alter column inserted_at type timestamp(0) using inserted_at at time zone 'UTC',
     alter column updated_at type timestamp(0) using updated_at at time zone 'UTC'`,
];
