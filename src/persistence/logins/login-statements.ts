import type { FinishedLoginRow, LoginConsentRow, PendingLoginRow } from '../entities/login.entity.js';
import type { Statement } from '../statements.js';

/** What the statements tell of a row. */
export type PendingRow = Omit<PendingLoginRow, 'authType' | 'stateHash' | 'secretVersion' | 'nextPollAt'> & { readonly readAt: Date };
export type FinishedRow = FinishedLoginRow & { readonly isInterrupted: boolean };
export type ForgottenRow = Pick<FinishedLoginRow, 'id' | 'callerId' | 'status'>;
export type ConsentRow = Omit<LoginConsentRow, 'id'>;

const shared = ['id', 'provider', 'name', 'method', 'caller_id as "callerId"', 'session_id as "sessionId"', 'expires_at as "expiresAt"'];
const pendingColumns = [
  ...shared,
  'secrets',
  'key_id as "keyId"',
  'poll_interval_seconds as "pollIntervalSeconds"',
  'clock_timestamp() as "readAt"',
].join(', ');
const finishedColumns = [...shared, 'status', 'problem_code as "problemCode"', 'problem_detail as "problemDetail"'].join(', ');

/** Three minutes after it was taken: no process is that patient with an issuer and the database together. */
const isInterrupted = `status = 'finishing' and expires_at < now() + interval '7 minutes'`;

function reading(name: string, text: string): Statement {
  return { name: `maestro/login-${name}`, text, isRead: true };
}

function writing(name: string, text: string): Statement {
  return { name: `maestro/login-${name}`, text, isRead: false };
}

export const admit = reading(
  'admit',
  `select exists (select 1 from saved_authentications
                   where provider = $1 and auth_type = 'oauth' and lower(name) = lower($2) and id is distinct from $3::uuid) as "isTaken",
          (select count(*)::integer from pending_logins where caller_id = $4 and expires_at > now()) as pending`,
);

/** Nothing is inserted for a caller who has as many as allowed. */
export const add = writing(
  'add',
  `insert into pending_logins (id, provider, auth_type, name, method, caller_id, session_id, state_hash, secrets, key_id,
                               secret_version, poll_interval_seconds, next_poll_at, expires_at)
   select $1::uuid, $2::text, 'oauth', $3::text, $4::text, $5::text, $6::uuid, $7::text, $8::bytea, $9::text, 1, $10::integer,
          now() + make_interval(secs => $10::integer), now() + make_interval(secs => $11::integer)
    where (select count(*) from pending_logins where caller_id = $5::text and expires_at > now()) < $12::integer
   returning expires_at as "expiresAt"`,
);

export const findPending = reading(
  'find-pending',
  `select ${pendingColumns} from pending_logins where id = $1 and caller_id = $2 and expires_at > now()`,
);

export const findFinished = reading(
  'find-finished',
  `select ${finishedColumns}, ${isInterrupted} as "isInterrupted" from finished_logins where id = $1 and caller_id = $2 and expires_at > now()`,
);

/** One statement: of two who come at the same time, one gets nothing. */
function taking(condition: string): string {
  return `with taken as (
       delete from pending_logins where ${condition} and expires_at > now() returning *
     ), noted as (
       insert into finished_logins (id, provider, name, method, caller_id, status, expires_at)
       select id, provider, name, method, caller_id, 'finishing', now() + interval '10 minutes' from taken
     )
     select ${pendingColumns} from taken`;
}

export const take = writing('take', taking('id = $1 and caller_id = $2'));

export const takeByState = writing('take-by-state', taking('state_hash = any($1::text[])'));

export const finish = writing(
  'finish',
  `update finished_logins set status = $2, session_id = $3, problem_code = $4, problem_detail = $5 where id = $1 returning id`,
);

export const claimPoll = writing(
  'claim-poll',
  `update pending_logins set next_poll_at = now() + make_interval(secs => $2::integer)
    where id = $1 and next_poll_at <= now() and expires_at > now() returning id`,
);

export const pollLater = writing(
  'poll-later',
  `update pending_logins set poll_interval_seconds = $2, next_poll_at = now() + make_interval(secs => $2::integer) where id = $1`,
);

export const cancel = writing('cancel', 'delete from pending_logins where id = $1 and caller_id = $2 returning id');

export const purge = writing('purge', 'delete from pending_logins where expires_at <= now() returning id');

export const forget = writing(
  'forget',
  'delete from finished_logins where expires_at <= now() returning id, caller_id as "callerId", status',
);

const consentColumns = 'provider, terms_date as "termsDate", accepted_by as "acceptedBy", accepted_at as "acceptedAt"';

export const findConsent = reading('find-consent', `select ${consentColumns} from login_consents where provider = $1 and terms_date = $2`);

export const recordConsent = writing(
  'record-consent',
  `insert into login_consents (id, provider, terms_date, accepted_by, accepted_at) values (gen_random_uuid(), $1, $2, $3, now())
   on conflict (provider, terms_date) do nothing returning ${consentColumns}`,
);
