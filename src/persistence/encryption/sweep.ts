import type { DataSource } from 'typeorm';

import type { AuthType } from '../../contracts/auth-type.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { SealedSecret } from '../../contracts/session.js';
import type { UnreadableRow } from '../../core/key-rotation/key-rotation.port.js';
import type { KeyService } from '../../core/key-rotation/key-service.port.js';
import { AesGcmSecretBox } from './aes-gcm-secret-box.js';
import type { SealedTable } from './sealed-tables.js';
import { presentTables } from './sealed-tables.js';

const batchSize = 200;

export interface Sweep {
  readonly dataSource: DataSource;
  readonly keys: KeyService;
  readonly signal?: AbortSignal;
  /** Told how many rows a batch has moved. */
  readonly onBatch: (moved: number) => void;
}

/** What one walk through all tables came to. */
export interface Walk {
  readonly moved: number;
  /** Rows that changed, or were being changed, meanwhile: for the next walk. */
  readonly missed: number;
  readonly unreadable: readonly UnreadableRow[];
}

interface SealedRow {
  readonly id: string;
  readonly provider: ProviderId;
  readonly authType: AuthType;
  readonly keyId: string;
  readonly secretVersion: number;
  readonly bytes: Buffer;
}

interface MovedRow {
  readonly row: SealedRow;
  readonly secret: SealedSecret;
}

const before = '00000000-0000-0000-0000-000000000000';

/** Once through every table. Each batch is one statement, so that whoever is killed leaves whole rows behind. */
export async function walkTables(sweep: Sweep): Promise<Walk> {
  let walk: Walk = { moved: 0, missed: 0, unreadable: [] };
  for (const table of await presentTables(sweep.dataSource)) {
    for (let last: string | undefined = before; last !== undefined;) {
      if (sweep.signal?.aborted === true) throw new MaestroError('request.cancelled', {});
      const rows = await nextRows(sweep, table, last);
      const batch = await moveBatch(sweep, table, rows);
      if (rows.length > 0) sweep.onBatch(batch.moved);
      walk = {
        moved: walk.moved + batch.moved,
        missed: walk.missed + batch.missed,
        unreadable: [...walk.unreadable, ...batch.unreadable],
      };
      last = rows.at(-1)?.id;
    }
  }
  return walk;
}

async function nextRows({ dataSource, keys }: Sweep, { table, column }: SealedTable, last: string): Promise<readonly SealedRow[]> {
  return dataSource.query<readonly SealedRow[]>(
    `select id, provider, auth_type as "authType", key_id as "keyId", secret_version as "secretVersion", ${column} as bytes
       from ${table} where key_id <> $1 and id > $2 order by id limit ${String(batchSize)}`,
    [keys.primaryId, last],
  );
}

async function moveBatch(sweep: Sweep, table: SealedTable, rows: readonly SealedRow[]): Promise<Walk> {
  const box = new AesGcmSecretBox(sweep.keys);
  const rewrapped = await Promise.all(rows.map((row) => rewrap(box, table, row)));
  const readable = rewrapped.filter((row) => row !== undefined);
  const moved = await writeBack(sweep, table, readable);
  const unreadable = rows.filter((_row, index) => rewrapped[index] === undefined);
  return {
    moved,
    missed: readable.length - moved,
    unreadable: unreadable.map(({ id, keyId }) => ({ table: table.table, id, keyId })),
  };
}

/** `undefined` where it cannot be opened, which is no reason to leave the others behind. */
async function rewrap(box: AesGcmSecretBox, { table, column }: SealedTable, row: SealedRow): Promise<MovedRow | undefined> {
  const { id, provider, authType, keyId, secretVersion, bytes } = row;
  try {
    const secret = await box.rewrap({ bytes, keyId }, { table, column, rowId: id, provider, authType, secretVersion });
    return { row, secret };
  } catch (error) {
    const isRowsOwn = MaestroError.is(error) && (error.code === 'secret.unreadable' || error.code === 'encryption.key-unknown');
    if (isRowsOwn) return undefined;
    throw error;
  }
}

/**
 * Compare and set, row by row. Whoever is writing a row just now keeps it: nothing here waits for a row, so nothing can wait
 * in a circle. Neither generation nor times change, for the secret is the same.
 */
async function writeBack({ dataSource }: Sweep, { table, column }: SealedTable, rows: readonly MovedRow[]): Promise<number> {
  if (rows.length === 0) return 0;
  const [found] = await dataSource.query<readonly { moved: number }[]>(
    `with new as (
       select * from unnest($1::uuid[], $2::text[], $3::integer[], $4::bytea[], $5::text[]) as new (id, was, version, bytes, key_id)
     ), free as (
       select current.id from ${table} current join new on new.id = current.id and new.was = current.key_id
          and new.version = current.secret_version
        for no key update of current skip locked
     ), moved as (
       update ${table} current set ${column} = new.bytes, key_id = new.key_id
         from new join free on free.id = new.id
        where current.id = new.id and current.key_id = new.was and current.secret_version = new.version
       returning 1
     ) select count(*)::int as moved from moved`,
    [
      rows.map(({ row }) => row.id),
      rows.map(({ row }) => row.keyId),
      rows.map(({ row }) => row.secretVersion),
      rows.map(({ secret }) => secret.bytes),
      rows.map(({ secret }) => secret.keyId),
    ],
  );
  return found?.moved ?? 0;
}
