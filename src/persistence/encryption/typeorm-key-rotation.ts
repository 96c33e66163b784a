import { setTimeout as pause } from 'node:timers/promises';

import type { DataSource, EntityManager } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { AuditLog } from '../../core/audit/audit-log.port.js';
import type {
  KeyRotation,
  KeyRotationStatus,
  KeyStatus,
  ReplicaKeys,
  RotationOptions,
  RotationOutcome,
} from '../../core/key-rotation/key-rotation.port.js';
import type { RefreshSpool } from '../../core/refresh/refresh-spool.port.js';
import type { KeyService } from '../../core/key-rotation/key-service.port.js';
import { appendEvents } from '../audit/append-events.js';
import { databaseError } from '../database-errors.js';
import { AddReplicas1795370400000 } from '../migrations/1795370400000-add-replicas.js';
import type { Connection } from '../statements.js';
import type { KeyedMac } from './key-ring.js';
import type { Queryable } from './replicas.js';
import { requireShared, runningReplicas } from './replicas.js';
import type { KeyCount } from './sealed-tables.js';
import { countKeys, lockSealedTables, sealedTables } from './sealed-tables.js';
import { refuseRetired } from './sentinel.js';
import type { Sweep } from './sweep.js';
import { walkTables } from './sweep.js';

/** So many times rows that changed meanwhile are looked at again; more would be a race against somebody who seals with another key. */
const mostWalks = 20;
const pauseMs = 50;
const shownRows = 100;

export interface KeyRotationParts {
  readonly dataSource: DataSource;
  readonly keys: KeyService & KeyedMac;
  readonly auditLog: Pick<AuditLog, 'append' | 'reseal'>;
  /** This process's own, where it has joined the others. */
  readonly replicaId?: string;
  /** This machine's: what waits in it for the database is sealed, too. */
  readonly spool?: Pick<RefreshSpool, 'list'>;
}

/** Needs no other process, and no place among the replicas: it works beside whoever serves. */
export class TypeOrmKeyRotation implements KeyRotation {
  private readonly dataSource: DataSource;
  private readonly keys: KeyService & KeyedMac;

  constructor(private readonly parts: KeyRotationParts) {
    this.dataSource = parts.dataSource;
    this.keys = parts.keys;
  }

  async status(): Promise<KeyRotationStatus> {
    return this.onVault(async () => {
      const counts = await countKeys(this.dataSource);
      const retired = await retiredKeys(this.dataSource);
      return {
        primaryId: this.keys.primaryId,
        keys: this.knownKeys(counts, retired),
        remaining: this.remaining(counts),
        replicas: await this.otherReplicas(this.dataSource),
      };
    });
  }

  async rotate({ onProgress, signal }: RotationOptions = {}): Promise<RotationOutcome> {
    return this.onVault(async () => {
      await refuseRetired(this.dataSource, this.keys.primaryId);
      const total = this.remaining(await countKeys(this.dataSource));
      let done = 0;
      const onBatch = (moved: number): void => {
        done += moved;
        onProgress?.({ done, total: Math.max(done, total) });
      };
      const unreadable = await this.walkUntilDone({ dataSource: this.dataSource, keys: this.keys, ...(signal && { signal }), onBatch });
      // The trail's older events need no key of their own any more once its end is vouched for with this one.
      if (done === 0) await this.parts.auditLog.reseal();
      else await this.parts.auditLog.append({ actor: 'system', action: 'key.rotate', target: this.keys.primaryId });
      const remaining = this.remaining(await countKeys(this.dataSource));
      return { primaryId: this.keys.primaryId, rewrapped: done, remaining, unreadable: unreadable.slice(0, shownRows) };
    });
  }

  async retire(keyId: string): Promise<void> {
    if (keyId === this.keys.primaryId) throw inUse(keyId, ['it is the primary of this process']);
    await this.onVault(async () => {
      // Without a lock at first: who is refused disturbs nobody.
      await this.requireUnused(this.dataSource, keyId);
      await this.dataSource.transaction(async (transaction) => {
        await transaction.query(`set local lock_timeout = '3s'`);
        // Nobody starts with the key, and nobody seals with it, until it is counted and retired.
        await transaction.query('lock table replicas in share row exclusive mode');
        await lockSealedTables(transaction);
        await this.requireUnused(transaction, keyId);
        if (!(await markRetired(transaction, keyId))) return;
        await appendEvents(connectionOf(transaction), this.keys, [{ actor: 'system', action: 'key.retire', target: keyId }]);
      });
    });
  }

  private async requireUnused(database: Queryable, keyId: string): Promise<void> {
    const inDatabase = usesOf(keyId, await countKeys(database), await this.otherReplicas(database));
    const uses = [...inDatabase, ...(await this.usesInSpool(keyId))];
    if (uses.length > 0) throw inUse(keyId, uses);
  }

  private async usesInSpool(keyId: string): Promise<readonly string[]> {
    const results = (await this.parts.spool?.list()) ?? [];
    const waiting = results.filter(({ secret, replaced }) => secret.keyId === keyId || replaced?.secret.keyId === keyId).length;
    return waiting === 0 ? [] : [`${String(waiting)} refreshed logins that wait in the spool of this machine`];
  }

  private async walkUntilDone(sweep: Sweep): Promise<RotationOutcome['unreadable']> {
    for (let walks = 1; ; walks += 1) {
      requireShared(this.keys, await this.otherReplicas(this.dataSource));
      const { moved, missed, unreadable } = await walkTables(sweep);
      if ((moved === 0 && missed === 0) || walks === mostWalks) return unreadable;
      // Who holds a row needs a moment.
      if (missed > 0) await pause(pauseMs);
    }
  }

  private remaining(counts: readonly KeyCount[]): number {
    return sum(counts.filter(({ keyId }) => keyId !== this.keys.primaryId));
  }

  private async otherReplicas(database: Queryable): Promise<readonly ReplicaKeys[]> {
    return (await runningReplicas(database)).filter(({ replicaId }) => replicaId !== this.parts.replicaId);
  }

  private knownKeys(counts: readonly KeyCount[], retired: ReadonlySet<string>): readonly KeyStatus[] {
    const { ids, primaryId } = this.keys;
    const others = new Set([...ids, ...retired, ...counts.map(({ keyId }) => keyId)].filter((keyId) => keyId !== primaryId));
    const tables = new Set([...sealedTables, ...counts].map(({ table }) => table));
    return [primaryId, ...[...others].sort()].map((keyId) => {
      const own = counts.filter((count) => count.keyId === keyId);
      return {
        keyId,
        isPrimary: keyId === primaryId,
        isHeld: ids.includes(keyId),
        isRetired: retired.has(keyId),
        uses: [...tables].map((table) => ({ table, rows: sum(own.filter((count) => count.table === table)) })),
        rows: sum(own),
      };
    });
  }

  private async onVault<T>(work: () => Promise<T>): Promise<T> {
    try {
      const [found] = await this.dataSource.query<readonly { isThere: boolean }[]>(
        `select to_regclass('replicas') is not null as "isThere"`,
      );
      if (found?.isThere !== true) throw new MaestroError('migration.pending', { steps: [AddReplicas1795370400000.name] });
      return await work();
    } catch (error) {
      throw databaseError(error);
    }
  }
}

async function retiredKeys(database: Queryable): Promise<ReadonlySet<string>> {
  const rows = await database.query<readonly { keyId: string }[]>(
    'select key_id as "keyId" from encryption_keys where retired_at is not null',
  );
  return new Set(rows.map(({ keyId }) => keyId));
}

/** Whether it was in use until now. */
async function markRetired(transaction: Queryable, keyId: string): Promise<boolean> {
  const known = await transaction.query<readonly { keyId: string; isRetired: boolean }[]>(
    'select key_id as "keyId", retired_at is not null as "isRetired" from encryption_keys order by key_id',
  );
  const key = known.find((other) => other.keyId === keyId);
  if (key === undefined) {
    const ids = known.map((other) => other.keyId).join(', ');
    throw new MaestroError('request.invalid', { problems: [`this database has never seen an encryption key "${keyId}"; it knows ${ids}`] });
  }
  await transaction.query('update encryption_keys set retired_at = coalesce(retired_at, now()) where key_id = $1', [keyId]);
  return !key.isRetired;
}

function connectionOf(transaction: EntityManager): Connection {
  return { run: ({ text }, values) => transaction.query(text, [...values]) };
}

/** Why the key is needed, for people. */
function usesOf(keyId: string, counts: readonly KeyCount[], replicas: readonly ReplicaKeys[]): readonly string[] {
  const rows = counts.filter((count) => count.keyId === keyId).map((count) => `${String(count.rows)} rows of ${count.table}`);
  const primaries = replicas
    .filter(({ primaryId }) => primaryId === keyId)
    .map(({ replicaId }) => `it is the primary of replica ${replicaId}`);
  return [...rows, ...primaries];
}

function inUse(keyId: string, uses: readonly string[]): MaestroError {
  return new MaestroError('encryption.key-in-use', { keyId, uses });
}

function sum(counts: readonly KeyCount[]): number {
  return counts.reduce((rows, count) => rows + count.rows, 0);
}
