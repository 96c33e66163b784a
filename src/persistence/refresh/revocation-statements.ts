import type { PendingRevocation } from '../../core/refresh/revocation-outbox.port.js';
import { writing } from '../session-statements.js';

export const addRevocation = writing(
  'add-revocation',
  `insert into pending_revocations
     (id, session_id, provider, auth_type, credentials, key_id, secret_version, actor, attempts, next_at, created_at)
   values ($1, $2, $3, 'oauth', $4, $5, $6, $7, 0, clock_timestamp() + interval '30 s', clock_timestamp()) on conflict (id) do nothing`,
);

/** Whoever has put one in tries it at once; the others wait until he had the time for it. */
export function revocationValues({ id, sessionId, provider, secret, secretVersion, actor }: PendingRevocation): readonly unknown[] {
  return [id, sessionId, provider, secret.bytes, secret.keyId, secretVersion, actor];
}

export const takeRevocations = writing(
  'take-revocations',
  `with due as (
     select id as due_id from pending_revocations where next_at <= clock_timestamp() order by next_at limit $1 for update skip locked)
   update pending_revocations set attempts = attempts + 1, next_at = clock_timestamp() + interval '60 s' * power(4, least(attempts, 6))
     from due where id = due_id
   returning id, session_id as "sessionId", provider, credentials, key_id as "keyId", secret_version as "secretVersion", actor, attempts`,
);

export const removeRevocation = writing('remove-revocation', 'delete from pending_revocations where id = $1 returning id');
