import type { Statement } from './statements.js';

/** A row as the statements tell it: columns under the names of the entity. */
export const columns = [
  'id',
  'provider',
  'auth_type as "authType"',
  'name',
  'label',
  'credentials',
  'key_id as "keyId"',
  'secret_version as "secretVersion"',
  'generation',
  'status',
  'status_reason as "statusReason"',
  'base_url as "baseUrl"',
  'secret_hint as "secretHint"',
  'expires_at as "expiresAt"',
  'last_used_at as "lastUsedAt"',
  'last_refresh_at as "lastRefreshAt"',
  'next_refresh_at as "nextRefreshAt"',
  'created_at as "createdAt"',
  'updated_at as "updatedAt"',
  'issued_at as "issuedAt"',
  'clock_timestamp() as "readAt"',
].join(', ');

export function reading(name: string, text: string): Statement {
  return { name: `maestro/${name}`, text, isRead: true };
}

export function writing(name: string, text: string): Statement {
  return { name: `maestro/${name}`, text, isRead: false };
}

export const findById = reading('find-by-id', `select ${columns} from saved_authentications where id = $1`);

/** By the unique index, once for each auth type asked for. */
export const findByName = reading(
  'find-by-name',
  `select ${columns} from saved_authentications where provider = $1 and auth_type = any($2::text[]) and name = $3 order by auth_type`,
);

export const findByFingerprint = reading(
  'find-by-fingerprint',
  `select ${columns} from saved_authentications where fingerprint = any($1::text[]) order by id limit 100`,
);

/** The states that are derived come as they do when a session is shown. */
export const list = reading(
  'list',
  `select ${columns} from saved_authentications
    where ($1::text is null or provider = $1)
      and ($2::text is null or auth_type = $2)
      and ($3::text is null or case
            when key_id <> all($6::text[]) then 'unreadable'
            when status = 'active' and expires_at <= now() and next_refresh_at is null then 'expired'
            else status end = $3)
      and ($4::uuid is null or id > $4)
    order by id limit $5`,
);

export const insert = writing(
  'insert',
  `insert into saved_authentications
     (id, provider, auth_type, name, label, base_url, expires_at, secret_hint, credentials, key_id, secret_version,
      fingerprint, status, status_reason, next_refresh_at, issued_at, generation, lease_epoch, refresh_failures, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, now(), 1, 0, 0, now(), now())
   returning ${columns}`,
);

/** A flag before each value that may be taken away. */
export const change = writing(
  'change',
  `update saved_authentications
      set name = coalesce($3, name),
          label = case when $4::boolean then $5 else label end,
          status = coalesce($6, status),
          status_reason = case when $7::boolean then $8 else status_reason end,
          generation = generation + 1,
          updated_at = now()
    where id = $1 and generation = $2
   returning ${columns}`,
);

/** Whatever was being refreshed belongs to the old secret: the lease goes, and its epoch fences who held it. */
export const replaceSecret = writing(
  'replace-secret',
  `update saved_authentications
      set credentials = $3, key_id = $4, secret_version = $5, secret_hint = $6, expires_at = $7, base_url = $8, fingerprint = $9,
          status = 'active', status_reason = null, next_refresh_at = $10, issued_at = now(), refresh_failures = 0,
          lease_owner = null, lease_until = null, lease_epoch = lease_epoch + 1, refresh_attempt_id = null, refresh_started_at = null,
          generation = generation + 1,
          updated_at = now()
    where id = $1 and generation = $2 and secret_version < $5
   returning ${columns}`,
);

/** One statement, so one transaction: the secret goes with its row, and the tombstone is there or nothing happened. */
export const bury = writing(
  'bury',
  `with buried as (
     delete from saved_authentications where id = $1 and ($2::int is null or secret_version = $2)
     returning id, provider, auth_type, name, created_at)
   insert into session_tombstones (id, provider, auth_type, name, created_at, deleted_at)
   select id, provider, auth_type, name, created_at, now() from buried
   returning id`,
);

export const touch = writing(
  'touch',
  'update saved_authentications set last_used_at = greatest(last_used_at, $2) where id = any($1::uuid[])',
);

/** Each process takes rows of its own. */
export const purge = writing(
  'purge',
  `with old as (select id from session_tombstones where deleted_at < $1 order by deleted_at limit $2 for update skip locked)
   delete from session_tombstones tombstone using old where tombstone.id = old.id returning tombstone.id`,
);

export const listWithoutFingerprint = reading(
  'list-without-fingerprint',
  `select ${columns} from saved_authentications
    where (fingerprint is null or not starts_with(fingerprint, $1)) and ($3::uuid is null or id > $3)
    order by id limit $2`,
);

export const setFingerprint = writing(
  'set-fingerprint',
  'update saved_authentications set fingerprint = $3 where id = $1 and secret_version = $2 returning id',
);
