import { createHash } from 'node:crypto';

import type { AuditEntry, AuditEvent } from '../../contracts/audit-event.js';
import type { KeyedMac } from '../encryption/key-ring.js';

export const firstHash = Buffer.alloc(32);

/** An event as it is chained: all that is written down of it but what vouches for it. */
export interface ChainedEvent extends Omit<AuditEvent, 'hash'> {
  readonly keyId: string;
}

export function chained(entry: AuditEntry, seq: number, at: Date, keyId: string): ChainedEvent {
  return { outcome: 'done', ...entry, seq, at, keyId };
}

/**
 * A JSON list: its parts cannot run into each other, and it reads the same wherever it is made. The key's id is in it, so that
 * nobody can say that an event was sealed with a key that is gone.
 */
export function hashAfter(previous: Uint8Array, event: ChainedEvent): Buffer {
  const { seq, at, actor, action, target, related, outcome, detail, keyId } = event;
  const text = JSON.stringify([
    'maestro-audit-1',
    seq,
    at.toISOString(),
    actor,
    action,
    target,
    related ?? null,
    outcome,
    detail ?? null,
    keyId,
  ]);
  return createHash('sha256').update(previous).update(text).digest();
}

/** Hashes alone could be made anew by who can write to the table; this needs the key. It vouches for all that lies before, too. */
export function macOfEvent(keys: KeyedMac, keyId: string, hash: Uint8Array): Promise<Uint8Array> {
  return keys.mac('audit-event', keyId, hash);
}

export function macOfHead(keys: KeyedMac, keyId: string, seq: number, hash: Uint8Array): Promise<Uint8Array> {
  return keys.mac('audit-head', keyId, Buffer.concat([Buffer.from(`${String(seq)}/`), hash]));
}
