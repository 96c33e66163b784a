import { createHash } from 'node:crypto';

import type { ChainedEvent } from '../../src/persistence/audit/audit-chain.js';
import { hashAfter } from '../../src/persistence/audit/audit-chain.js';
import type { EventRow } from '../../src/persistence/audit/audit-statements.js';
import type { Connection } from '../../src/persistence/statements.js';

/** One way to tamper with a trail of so many events. */
export interface Mutation {
  readonly what: string;
  apply(connection: Connection): Promise<void>;
}

/** Gives a number below `limit`, the same at every run. */
function numbersFrom(seed: string): (limit: number) => number {
  let count = 0;
  return (limit) => {
    count += 1;
    return (
      createHash('sha256')
        .update(`${seed}/${String(count)}`)
        .digest()
        .readUInt32BE(0) % limit
    );
  };
}

/** At random, but the same at every run: of each kind about as many. */
export function mutations(events: number, count: number): readonly Mutation[] {
  const number = numbersFrom('mutations');
  return Array.from({ length: count }, (_, index) => {
    const seq = 1 + number(events);
    const kind = kinds[index % kinds.length];
    if (kind === undefined) throw new Error('there are kinds');
    return kind(seq, 1 + number(events - 1), events);
  });
}

type Kind = (seq: number, other: number, events: number) => Mutation;

function sql(what: string, text: string, values: readonly unknown[] = []): Mutation {
  return {
    what: `${what} ${JSON.stringify(values)}`,
    async apply(connection) {
      await connection.run({ name: `test/${createHash('sha256').update(text).digest('hex').slice(0, 40)}`, text, isRead: false }, values);
    },
  };
}

function setting(column: string, value: string): Kind {
  return (seq) => sql(`${column} changed`, `update audit_events set ${column} = ${value} where seq = $1::bigint`, [seq]);
}

const kinds: readonly Kind[] = [
  setting('actor', `actor || 'x'`),
  setting('action', `'session.purge'`),
  setting('target', 'gen_random_uuid()::text'),
  setting('related', `coalesce(related, '') || 'x'`),
  setting('outcome', `case outcome when 'failed' then 'done' else 'failed' end`),
  setting('detail', `coalesce(detail, '') || 'x'`),
  setting('at', `at + interval '1 millisecond'`),
  setting('key_id', `'gone'`),
  setting('hash', `set_byte(hash, 7, get_byte(hash, 7) # 1)`),
  setting('mac', `set_byte(mac, 31, get_byte(mac, 31) # 128)`),
  (seq) => sql('one deleted', 'delete from audit_events where seq = $1::bigint', [seq]),
  (seq) => sql('the end cut', 'delete from audit_events where seq >= $1::bigint', [seq]),
  (seq) => sql('the beginning cut', 'delete from audit_events where seq <= $1::bigint', [seq]),
  () => sql('all deleted', 'delete from audit_events'),
  (seq, other, events) =>
    sql(
      'two exchanged',
      `update audit_events one set actor = two.actor, target = two.target, detail = two.detail, hash = two.hash, mac = two.mac
         from audit_events two where (one.seq = $1::bigint and two.seq = $2::bigint) or (one.seq = $2::bigint and two.seq = $1::bigint)`,
      [seq, 1 + ((seq - 1 + other) % events)],
    ),
  (seq) =>
    sql(
      'the end cut, and the head set to fit',
      `with gone as (delete from audit_events where seq > $1::bigint)
         update audit_head set seq = $1::bigint, hash = audit_events.hash from audit_events where audit_events.seq = $1::bigint`,
      // Behind the last one there is nothing to cut.
      [Math.max(1, seq - 1)],
    ),
  (_seq, _other, events) =>
    sql(
      'one written past the head',
      `insert into audit_events select $1::bigint, at, actor, action, target, related, outcome, detail, hash, key_id, mac
         from audit_events where seq = $1::bigint - 1`,
      [events + 1],
    ),
  (seq) => sql('the head moved', 'update audit_head set seq = seq + $1::bigint', [seq]),
  () => sql('the head vouched for by another key', `update audit_head set key_id = 'gone'`),
  (seq) => chainedAnew(seq),
];

/** Everything that somebody can do without our keys: the events from there on are chained anew, and the head with them. */
function chainedAnew(from: number): Mutation {
  return {
    what: `chained anew from ${String(from)}`,
    async apply(connection) {
      const rows = await connection.run<EventRow>(
        {
          name: 'test/rows',
          text: `select seq, at, actor, action, target, related, outcome, detail, hash, key_id as "keyId", mac
                   from audit_events order by seq`,
          isRead: true,
        },
        [],
      );
      let previous: Uint8Array = Buffer.alloc(32);
      for (const row of rows) {
        const { related, detail, ...rest } = row;
        const event: ChainedEvent = {
          ...rest,
          seq: Number(row.seq),
          actor: Number(row.seq) === from ? 'nobody' : row.actor,
          ...(related !== null && { related }),
          ...(detail !== null && { detail }),
        };
        previous = hashAfter(previous, event);
        await connection.run({ name: 'test/chain', text: 'update audit_events set actor = $2, hash = $3 where seq = $1', isRead: false }, [
          row.seq,
          event.actor,
          previous,
        ]);
      }
      await connection.run({ name: 'test/head', text: 'update audit_head set hash = $1', isRead: false }, [previous]);
    },
  };
}
