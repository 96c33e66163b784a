import { columns, reading, writing } from '../session-statements.js';

/** States that are refreshed without anybody's word. */
const refreshable = `('active', 'needs_attention', 'exhausted')`;

/**
 * A lease that ran out after the token was sent counts once more for as long as its holder is connected: he may only stand still,
 * with an answer that waits for him, and a strict issuer ends the login of whoever shows the token a second time. The connections
 * of a dead process are closed by its machine at once. Who is shy leaves alone whatever was sent and never settled.
 */
const isFree = `auth_type = 'oauth' and status in ${refreshable} and (lease_until is null or lease_until < clock_timestamp()
  and not (lease_until >= clock_timestamp() - $2 * interval '1 ms'
    and exists (select 1 from pg_stat_activity where pid::text = nullif(split_part(lease_owner, '#', 2), ''))))
  and not ($5::boolean and refresh_started_at is not null)`;

/**
 * Whoever claims finds out, in the same statement, whether somebody before sent a token and never said how it ended: that
 * attempt is closed as `unknown`, and `refresh_started_at` stays until a refresh goes well.
 */
function claiming(which: string): string {
  return `with free as (
      select id as free_id, refresh_attempt_id as former_attempt from saved_authentications where ${which} for update skip locked
    ), closed as (
      update refresh_attempts set state = 'unknown', reason = 'abandoned', settled_at = clock_timestamp()
        from free where attempt_id = former_attempt and state = 'sent'
    ), claimed as (
      update saved_authentications
         set lease_owner = $1, lease_epoch = lease_epoch + 1, lease_until = clock_timestamp() + $2 * interval '1 ms',
             refresh_attempt_id = gen_random_uuid()
        from free where id = free_id
      returning ${columns}, lease_epoch as epoch, refresh_attempt_id as "attemptId", refresh_failures as failures,
        refresh_started_at as "unsettledSince"
    ), noted as (
      insert into refresh_attempts (attempt_id, session_id, generation, state, replica, claimed_at)
      select "attemptId", id, generation, 'claimed', $1, clock_timestamp() from claimed
    )
    select * from claimed order by "nextRefreshAt"`;
}

export const claim = writing('refresh-claim', claiming(`id = $3 and generation = $4 and ${isFree}`));

export const claimDue = writing(
  'refresh-claim-due',
  claiming(`id in (
    select id from saved_authentications
     where next_refresh_at <= clock_timestamp() and provider <> all($4::text[]) and status <> 'exhausted' and ${isFree}
     order by next_refresh_at limit $3 for update skip locked)`),
);

export const look = reading(
  'refresh-look',
  `select ${columns}, coalesce(lease_until >= clock_timestamp(), false) as "isLeased", refresh_failures as failures,
       refresh_started_at is not null as "isUnsettled"
     from saved_authentications where id = $1`,
);

/** Due again when the lease ends: where we vanish, somebody has to find out while the issuer's grace lasts, though nobody asks. */
export const markSent = writing(
  'refresh-mark-sent',
  `with marked as (
     update saved_authentications
        set refresh_started_at = clock_timestamp(), lease_until = clock_timestamp() + $4 * interval '1 ms',
            lease_owner = split_part(lease_owner, '#', 1) || '#' || pg_backend_pid(),
            next_refresh_at = least(next_refresh_at, clock_timestamp() + $4 * interval '1 ms')
      where id = $1 and lease_epoch = $2 and status in ${refreshable}
     returning refresh_attempt_id
   )
   update refresh_attempts set state = 'sent', sent_at = clock_timestamp(), token_fingerprint = $3
     from marked where attempt_id = refresh_attempt_id returning attempt_id`,
);

export const renew = writing(
  'refresh-renew',
  `update saved_authentications set lease_until = clock_timestamp() + $3 * interval '1 ms'
    where id = $1 and lease_epoch = $2 and lease_until is not null returning id`,
);

/** By the version of the secret: a rename meanwhile must not cost the token. Somebody else's lease stays his. */
export const commit = writing(
  'refresh-commit',
  `update saved_authentications
      set credentials = $4, key_id = $5, secret_version = $2 + 1, fingerprint = $6, expires_at = $7, issued_at = $8, next_refresh_at = $9,
          last_refresh_at = clock_timestamp(), refresh_failures = 0, refresh_started_at = null,
          status = $10::jsonb ->> status,
          status_reason = case when $10::jsonb ->> status = 'active' then null else status_reason end,
          lease_owner = case when lease_epoch = $3 then null else lease_owner end,
          lease_until = case when lease_epoch = $3 then null else lease_until end,
          refresh_attempt_id = case when lease_epoch = $3 then null else refresh_attempt_id end,
          generation = generation + 1,
          updated_at = now()
    where id = $1 and secret_version = $2
   returning ${columns}`,
);

export const settle = writing(
  'refresh-settle',
  `update saved_authentications
      set lease_owner = null, lease_until = null,
          refresh_attempt_id = case when $4::boolean then refresh_attempt_id end,
          refresh_started_at = case when $4::boolean then refresh_started_at else $5::timestamptz end,
          refresh_failures = refresh_failures + case when $6::boolean then 1 else 0 end,
          next_refresh_at = coalesce(clock_timestamp() + $7::double precision * interval '1 ms', next_refresh_at),
          status = case when status = $10 then coalesce($8, status) else status end,
          status_reason = case when $8::text is null or status <> $10 then status_reason else $9 end,
          generation = generation + case when $8::text is null then 0 else 1 end,
          updated_at = case when $8::text is null then updated_at else now() end
    where id = $1 and lease_epoch = $2 and secret_version = $3
   returning id`,
);

export const note = writing(
  'refresh-note',
  `update refresh_attempts set state = $2, reason = $3, settled_at = clock_timestamp() where attempt_id = $1 and state <> 'stored'`,
);

export const isStored = reading('refresh-is-stored', `select 1 from refresh_attempts where attempt_id = $1 and state = 'stored'`);

export const keepGrant = writing(
  'refresh-keep-grant',
  `insert into orphaned_grants (id, session_id, provider, auth_type, credentials, key_id, secret_version, reason, created_at)
   values ($1, $2, $3, 'oauth', $4, $5, $6, $7, now()) on conflict (id) do nothing returning id`,
);

const failed = `from refresh_attempts where session_id = $1 and reason <> all($3::text[]) and state in ('rejected', 'unknown')
  and claimed_at > coalesce((select issued_at from saved_authentications where id = $1), '-infinity')
  and claimed_at > coalesce((select max(claimed_at) from refresh_attempts where session_id = $1 and state = 'stored'), '-infinity')`;

export const history = reading(
  'refresh-history',
  `select count(distinct date_trunc('day', claimed_at at time zone 'UTC'))::int as days,
          coalesce(extract(epoch from clock_timestamp() - min(claimed_at)) / 3600, 0)::float8 as hours,
          (count(*) filter (where reason = $2))::int as same,
          coalesce(extract(epoch from clock_timestamp() - min(claimed_at) filter (where reason = $2)) / 3600, 0)::float8 as "sameHours"
     ${failed}`,
);

export const purge = writing(
  'refresh-purge',
  `with attempts as (
     delete from refresh_attempts where attempt_id in (
       select attempt_id from refresh_attempts where claimed_at < $1 order by claimed_at limit $3 for update skip locked) returning 1
   ), grants as (
     delete from orphaned_grants where id in (
       select id from orphaned_grants where created_at < $2 order by created_at limit $3 for update skip locked) returning 1
   )
   select (select count(*) from attempts)::int as attempts, (select count(*) from grants)::int as grants`,
);
