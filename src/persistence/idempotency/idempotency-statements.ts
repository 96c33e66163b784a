import { reading, writing } from '../session-statements.js';

const lease = 'now() + make_interval(secs => $3::integer)';

/** What is past its time makes room, whatever became of it. */
export const add = writing(
  'idempotency-add',
  `insert into idempotent_requests as kept
          (id, caller_id, provider, auth_type, content, key_id, secret_version, epoch, is_done, leased_until, expires_at)
   values ($1, $2, 'maestro', 'api_key', $4, $5, 1, 1, false, ${lease}, now() + make_interval(secs => $6::integer))
   on conflict (id) do update
      set content = excluded.content, key_id = excluded.key_id, secret_version = 1, epoch = kept.epoch + 1, is_done = false,
          leased_until = excluded.leased_until, expires_at = excluded.expires_at
    where kept.expires_at <= now()
   returning epoch`,
);

export const find = reading(
  'idempotency-find',
  `select content, key_id as "keyId", secret_version as "secretVersion", is_done as "isDone", epoch, leased_until > now() as "isLeased"
     from idempotent_requests where id = $1 and expires_at > now()`,
);

export const takeOver = writing(
  'idempotency-take-over',
  `update idempotent_requests set epoch = epoch + 1, leased_until = ${lease}
    where id = $1 and epoch = $2 and not is_done and leased_until <= now() returning epoch`,
);

export const renew = writing(
  'idempotency-renew',
  `update idempotent_requests set leased_until = ${lease} where id = $1 and epoch = $2 and not is_done`,
);

export const finish = writing(
  'idempotency-finish',
  `update idempotent_requests set content = $3, key_id = $4, secret_version = 2, is_done = true
    where id = $1 and epoch = $2 and not is_done`,
);

export const forget = writing('idempotency-forget', 'delete from idempotent_requests where id = $1 and epoch = $2 and not is_done');

export const purge = writing(
  'idempotency-purge',
  `delete from idempotent_requests where id in
     (select id from idempotent_requests where expires_at <= now() order by expires_at limit $1 for update skip locked) returning id`,
);
