import { reading, writing } from '../session-statements.js';

/** A grant as JSON tells it. */
export interface GrantRow {
  readonly id: string;
  readonly provider: string;
  readonly authType: string | null;
  readonly name: string;
  readonly sessionId: string | null;
}

/** A caller with all that belongs to it. */
export interface CallerView {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly maxStreams: number | null;
  readonly requestsPerMinute: number | null;
  readonly pepper: Buffer;
  readonly keyId: string;
  readonly secretVersion: number;
  readonly keyHash: Buffer;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly grants: readonly GrantRow[];
  readonly defaults: Readonly<Record<string, string>>;
}

/** Of a session's grant, the session says what it is called. */
const grantJson = `json_build_object('id', g.id, 'provider', coalesce(s.provider, g.provider), 'authType', coalesce(s.auth_type, g.auth_type),
  'name', coalesce(s.name, g.name), 'sessionId', g.session_id)`;

const grantsFrom = 'caller_grants g left join saved_authentications s on s.id = g.session_id';

const view = `select c.id, c.name, c.scopes, c.max_streams as "maxStreams", c.requests_per_minute as "requestsPerMinute", c.pepper,
    c.key_id as "keyId", c.secret_version as "secretVersion", c.key_hash as "keyHash", c.created_at as "createdAt",
    c.expires_at as "expiresAt", c.revoked_at as "revokedAt", c.last_used_at as "lastUsedAt",
    coalesce((select json_agg(${grantJson} order by g.created_at, g.id) from ${grantsFrom} where g.caller_id = c.id), '[]') as grants,
    coalesce((select json_object_agg(d.provider, d.session_id) from caller_defaults d where d.caller_id = c.id), '{}') as defaults
  from callers c`;

export const find = reading('caller-find', `${view} where c.id = $1`);

export const ids = reading('caller-ids', 'select id from callers where revoked_at is null');

export const findByName = reading('caller-find-by-name', `${view} where lower(c.name) = lower($1) and c.revoked_at is null`);

export const list = reading('caller-list', `${view} where ($2::uuid is null or c.id > $2) order by c.id limit $1`);

export const insert = writing(
  'caller-insert',
  `insert into callers (id, name, scopes, max_streams, requests_per_minute, expires_at, provider, auth_type, pepper, key_id,
                        secret_version, key_hash, created_at)
   values ($1, $2, $3, $4, $5, $6, 'maestro', 'api_key', $7, $8, $9, $10, now())`,
);

/** What refers to a caller takes this lock first: a grant and a revocation come one after the other. */
export const lockPresent = writing('caller-lock', 'select 1 as one from callers where id = $1 and revoked_at is null for update');

export const revoke = writing(
  'caller-revoke',
  `with grants as (delete from caller_grants where caller_id = $1), defaults as (delete from caller_defaults where caller_id = $1)
   update callers set revoked_at = now() where id = $1 and revoked_at is null returning id`,
);

export const addGrant = writing(
  'caller-grant',
  `insert into caller_grants (id, caller_id, provider, auth_type, name, created_at) values (gen_random_uuid(), $1, $2, $3, $4, now())
   on conflict do nothing returning id`,
);

export const findGrant = reading(
  'caller-find-grant',
  `select id, provider, auth_type as "authType", name, session_id as "sessionId" from caller_grants
    where caller_id = $1 and session_id is null and provider = $2 and auth_type is not distinct from $3 and name = $4`,
);

export const dropGrant = writing('caller-drop-grant', 'delete from caller_grants where caller_id = $1 and id = $2 returning id');

/** Nothing for who is no caller of the table, or is none any more. */
export const grantSession = writing(
  'caller-grant-session',
  `insert into caller_grants (id, caller_id, session_id, created_at)
   select gen_random_uuid(), id, $2, now() from callers where id = $1 and revoked_at is null for update
   on conflict do nothing`,
);

export const setDefault = writing(
  'caller-set-default',
  `insert into caller_defaults (id, caller_id, provider, session_id) values (gen_random_uuid(), $1, $2, $3)
   on conflict (caller_id, provider) do update set session_id = excluded.session_id`,
);

export const dropDefault = writing('caller-drop-default', 'delete from caller_defaults where caller_id = $1 and provider = $2');

/** Once a minute, however many processes serve the caller. */
export const touch = writing(
  'caller-touch',
  `update callers set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at <= $2::timestamptz - interval '1 minute')`,
);
