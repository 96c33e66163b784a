import type { AuditProblem, AuditVerdict } from '../../contracts/audit-event.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { AuditCheck } from '../../core/audit/audit-log.port.js';
import type { KeyedMac } from '../encryption/key-ring.js';
import type { Connection } from '../statements.js';
import { areEqual, isAuthentic } from './append-events.js';
import { firstHash, hashAfter, macOfEvent } from './audit-chain.js';
import type { EventRow, HeadRow } from './audit-statements.js';
import { readHead, walkEvents } from './audit-statements.js';

const pageSize = 1_000;

/** Where the walk has come to. */
interface Walk {
  seq: number;
  hash: Buffer;
  checked: number;
  withoutKey: number;
  broken?: { readonly seq: number; readonly problem: AuditProblem };
}

/** The whole chain, page by page; the transaction sees it as it is at one moment, whoever goes on writing. */
export async function verifyTrail(connection: Connection, keys: KeyedMac, check: AuditCheck): Promise<AuditVerdict> {
  const [head] = await connection.run<HeadRow>(readHead, []);
  if (head === undefined) return verdictOf(newWalk({ seq: 0, problem: 'cut' }), { seq: 0, hash: firstHash });
  const total = Number(head.seq);
  const walk = newWalk();
  for (let after = '0', rows: readonly EventRow[]; ; after = rows.at(-1)?.seq ?? after) {
    if (check.signal?.aborted === true) throw new MaestroError('request.cancelled', {});
    rows = await connection.run<EventRow>(walkEvents, [after, pageSize]);
    if (rows.length === 0) break;
    for (const row of rows) await step(walk, row, keys, check);
    check.onProgress?.(walk.checked, Math.max(total, walk.checked));
  }
  if (walk.seq !== total || !walk.hash.equals(head.hash)) note(walk, total, 'cut');
  // A head whose key is not here is as good as none: its key's name is not proof.
  if ((await isAuthentic(keys, head)) !== true) note(walk, total, 'head-forged');
  if (check.checkpoint !== undefined && check.checkpoint.seq > walk.seq) note(walk, check.checkpoint.seq, 'checkpoint');
  return verdictOf(walk, { seq: total, hash: head.hash });
}

function newWalk(broken?: Walk['broken']): Walk {
  return { seq: 0, hash: firstHash, checked: 0, withoutKey: 0, ...(broken !== undefined && { broken }) };
}

async function step(walk: Walk, row: EventRow, keys: KeyedMac, { checkpoint }: AuditCheck): Promise<void> {
  const seq = Number(row.seq);
  if (seq !== walk.seq + 1) note(walk, walk.seq + 1, 'gap');
  const { related, detail, ...rest } = row;
  const event = { ...rest, seq, ...(related !== null && { related }), ...(detail !== null && { detail }) };
  if (!areEqual(row.hash, hashAfter(walk.hash, event))) note(walk, seq, 'changed');
  if (!keys.ids.includes(row.keyId)) walk.withoutKey += 1;
  else if (!areEqual(row.mac, await macOfEvent(keys, row.keyId, row.hash))) note(walk, seq, 'forged');
  if (row.action === 'audit.break') note(walk, seq, 'noted');
  if (checkpoint?.seq === seq && checkpoint.hash !== row.hash.toString('hex')) note(walk, seq, 'checkpoint');
  walk.seq = seq;
  walk.hash = row.hash;
  walk.checked += 1;
}

function note(walk: Walk, seq: number, problem: AuditProblem): void {
  walk.broken ??= { seq, problem };
}

function verdictOf({ checked, withoutKey, broken }: Walk, { seq, hash }: { readonly seq: number; readonly hash: Buffer }): AuditVerdict {
  return {
    ok: broken === undefined,
    checked,
    withoutKey,
    head: { seq, hash: hash.toString('hex') },
    ...(broken !== undefined && { firstBroken: broken }),
  };
}
