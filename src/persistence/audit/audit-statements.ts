import type { AuditAction, AuditOutcome } from '../../contracts/audit-event.js';
import type { Statement } from '../statements.js';

/** bigint comes as text: node-postgres would else lose digits. */
export interface EventRow {
  readonly seq: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: AuditAction;
  readonly target: string;
  readonly related: string | null;
  readonly outcome: AuditOutcome;
  readonly detail: string | null;
  readonly hash: Buffer;
  readonly keyId: string;
  readonly mac: Buffer;
}

export interface HeadRow {
  readonly seq: string;
  readonly hash: Buffer;
  readonly keyId: string | null;
  readonly mac: Buffer | null;
  /** To the millisecond, as it is hashed. */
  readonly now: Date;
}

const columns = 'seq, at, actor, action, target, related, outcome, detail, hash, key_id, mac';
const shown = columns.replace('key_id', 'key_id as "keyId"');
const headColumns = `seq, hash, key_id as "keyId", mac, date_trunc('milliseconds', clock_timestamp()) as now`;

/** One writer at a time: each event needs the hash of the one before it. Held to the end of the transaction, so taken last. */
export const takeHead: Statement = {
  name: 'maestro/audit-take-head',
  text: `select ${headColumns} from audit_head for update`,
  isRead: false,
};

export const readHead: Statement = { name: 'maestro/audit-read-head', text: `select ${headColumns} from audit_head`, isRead: true };

export const append: Statement = {
  name: 'maestro/audit-append',
  text: `with added as (
      insert into audit_events (${columns})
      select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::bytea[], $10::text[], $11::bytea[]))
    update audit_head set seq = $12, hash = $13, key_id = $14, mac = $15`,
  isRead: false,
};

export const listEvents: Statement = {
  name: 'maestro/audit-list',
  text: `select ${shown} from audit_events
    where ($2::bigint is null or seq < $2) and ($3::text is null or target = $3) and ($4::text is null or actor = $4)
    order by seq desc limit $1`,
  isRead: true,
};

export const walkEvents: Statement = {
  name: 'maestro/audit-walk',
  text: `select ${shown} from audit_events where seq > $1 order by seq limit $2`,
  isRead: true,
};
