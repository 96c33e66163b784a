import { randomUUID } from 'node:crypto';

import type { DataSource } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ReplicaKeys } from '../../core/key-rotation/key-rotation.port.js';
import type { KeyService } from '../../core/key-rotation/key-service.port.js';
import { databaseError } from '../database-errors.js';
import { refuseRetired } from './sentinel.js';

/** A connection, or a transaction on one. */
export type Queryable = Pick<DataSource, 'query'>;

const beatMs = 5000;
/** Six beats missed: it is gone, or as good as gone. */
const silence = `interval '30 seconds'`;

export interface JoinedReplica {
  readonly id: string;
  /** Not heard of any more, at once. Never rejects: who cannot say good-bye is forgotten after a while. */
  leave(): Promise<void>;
}

/** The processes that were heard of lately. */
export async function runningReplicas(database: Queryable): Promise<readonly ReplicaKeys[]> {
  return database.query<readonly ReplicaKeys[]>(
    `select id as "replicaId", primary_id as "primaryId", key_ids as "keyIds", seen_at as "seenAt" from replicas
      where seen_at > clock_timestamp() - ${silence} order by id`,
  );
}

/**
 * Makes this process known to the others for as long as it runs. Nobody may seal with a key that another running process
 * does not hold: each holds the primary of all.
 *
 * @throws MaestroError `encryption.key-not-shared`, `encryption.key-retired`, `database.*`
 */
export async function joinReplicas(dataSource: DataSource, keys: KeyService): Promise<JoinedReplica> {
  const id = randomUUID();
  try {
    await dataSource.transaction(async (transaction) => {
      // One at a time: else two that do not fit each other might both find nobody.
      await transaction.query('lock table replicas in share row exclusive mode');
      await transaction.query(`delete from replicas where seen_at <= clock_timestamp() - ${silence}`);
      await refuseRetired(transaction, keys.primaryId);
      requireShared(keys, await runningReplicas(transaction));
      await beat(transaction, id, keys);
    });
  } catch (error) {
    throw databaseError(error);
  }
  return keepKnown(dataSource, id, keys);
}

/** Whether each holds the primary of all. @throws MaestroError `encryption.key-not-shared` */
export function requireShared(keys: KeyService, replicas: readonly ReplicaKeys[]): void {
  const lacking = replicas.filter(({ keyIds }) => !keyIds.includes(keys.primaryId)).map(({ replicaId }) => replicaId);
  if (lacking.length > 0) throw new MaestroError('encryption.key-not-shared', { keyId: keys.primaryId, replicaIds: lacking });
  const foreign = replicas.find(({ primaryId }) => !keys.ids.includes(primaryId));
  if (foreign !== undefined) throw new MaestroError('encryption.key-not-shared', { keyId: foreign.primaryId, replicaIds: ['this one'] });
}

function keepKnown(dataSource: DataSource, id: string, keys: KeyService): JoinedReplica {
  let last: Promise<unknown> = Promise.resolve();
  // A database that is away hears of us again with the next one.
  const timer = setInterval(() => {
    last = beat(dataSource, id, keys).catch(() => undefined);
  }, beatMs);
  timer.unref();
  return {
    id,
    async leave() {
      clearInterval(timer);
      await last;
      await Promise.resolve(dataSource.query('delete from replicas where id = $1', [id])).catch(() => undefined);
    },
  };
}

async function beat(database: Queryable, id: string, { primaryId, ids }: KeyService): Promise<void> {
  await database.query(
    `insert into replicas (id, primary_id, key_ids, seen_at) values ($1, $2, $3, clock_timestamp())
     on conflict (id) do update set seen_at = excluded.seen_at`,
    [id, primaryId, ids],
  );
}
