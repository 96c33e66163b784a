import { timingSafeEqual } from 'node:crypto';

import type { AuditEntry, AuditEvent } from '../../contracts/audit-event.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { KeyedMac } from '../encryption/key-ring.js';
import type { Connection } from '../statements.js';
import type { ChainedEvent } from './audit-chain.js';
import { chained, hashAfter, macOfEvent, macOfHead } from './audit-chain.js';
import type { HeadRow } from './audit-statements.js';
import { append, takeHead } from './audit-statements.js';

const breakFound: AuditEntry = { actor: 'system', action: 'audit.break', target: 'audit', outcome: 'failed', detail: 'head-forged' };

interface Link {
  readonly event: ChainedEvent;
  readonly hash: Buffer;
  readonly mac: Uint8Array;
}

/**
 * Writes down what the transaction does, as its last step. The head is vouched for anew with the primary key, also where there
 * is nothing to write; a head that was not as it had been left is written down first, for ever.
 */
export async function appendEvents(connection: Connection, keys: KeyedMac, entries: readonly AuditEntry[]): Promise<readonly AuditEvent[]> {
  const [head] = await connection.run<HeadRow>(takeHead, []);
  if (head === undefined) throw new MaestroError('internal', {});
  const isForged = (await isAuthentic(keys, head)) === false;
  const links = await linksFrom(keys, head, isForged ? [breakFound, ...entries] : entries);
  const seq = Number(head.seq) + links.length;
  const hash = links.at(-1)?.hash ?? head.hash;
  const keyId = keys.primaryId;
  const headValues = seq === 0 ? [0, hash, null, null] : [seq, hash, keyId, await macOfHead(keys, keyId, seq, hash)];
  await connection.run(append, [...columnsOf(links), ...headValues]);
  return links.map(({ event: { keyId: _key, ...event }, hash: own }) => ({ ...event, hash: own.toString('hex') }));
}

/** Whether we left the head so; `undefined` where the key to tell is not here. Before the first event there is nothing to vouch for. */
export async function isAuthentic(keys: KeyedMac, { seq, hash, keyId, mac }: HeadRow): Promise<boolean | undefined> {
  if (keyId === null || mac === null) return seq === '0';
  if (!keys.ids.includes(keyId)) return undefined;
  return areEqual(mac, await macOfHead(keys, keyId, Number(seq), hash));
}

export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

async function linksFrom(keys: KeyedMac, head: HeadRow, entries: readonly AuditEntry[]): Promise<readonly Link[]> {
  const links: Link[] = [];
  let previous = head.hash;
  for (const [index, entry] of entries.entries()) {
    const event = chained(entry, Number(head.seq) + 1 + index, head.now, keys.primaryId);
    const hash = hashAfter(previous, event);
    links.push({ event, hash, mac: await macOfEvent(keys, event.keyId, hash) });
    previous = hash;
  }
  return links;
}

/** As `unnest` takes them: a list for each column. */
function columnsOf(links: readonly Link[]): readonly (readonly unknown[])[] {
  const ofEvent = (name: keyof ChainedEvent): readonly unknown[] => links.map(({ event }) => event[name] ?? null);
  return [
    ...(['seq', 'at', 'actor', 'action', 'target', 'related', 'outcome', 'detail'] as const).map(ofEvent),
    links.map(({ hash }) => hash),
    ofEvent('keyId'),
    links.map(({ mac }) => mac),
  ];
}
