import type { QueryRunner } from 'typeorm';

import type { ArchiveOptions } from '../../core/archive/archive.port.js';
import { refuseCancelled } from './refuse-cancelled.js';
import { rowsOf, valueOf } from '../migrations/sql.js';
import type { ArchivedTable } from './archived-tables.js';
import { tablesIn } from './archived-tables.js';
import type { SealedRow } from './sealed-row.js';
import { isSealed } from './sealed-row.js';
import type { ArchiveWriter } from './write-archive.js';

const batchSize = 200;

export interface Exported {
  readonly keyIds: readonly string[];
  readonly unreadable: readonly string[];
}

/** Every row of every table, within the transaction that the query runner is in. */
export async function exportRows(
  queryRunner: QueryRunner,
  writer: ArchiveWriter,
  examine: (table: string, row: string) => Promise<SealedRow>,
  options: ArchiveOptions,
): Promise<Exported> {
  const keyIds = new Set<string>();
  const unreadable: string[] = [];
  for (const table of await tablesIn(queryRunner)) {
    const total = (await valueOf<number>(queryRunner, `select count(*)::int as value from ${table.name}`)) ?? 0;
    await writer.beginTable({ table: table.name, rows: total });
    let done = 0;
    for await (const rows of batchesOf(queryRunner, table)) {
      refuseCancelled(options);
      const sealed = isSealed(table.name) ? await Promise.all(rows.map((row) => examine(table.name, row))) : [];
      for (const { id, keyId, isReadable } of sealed) {
        keyIds.add(keyId);
        if (!isReadable) unreadable.push(id);
      }
      await writer.addRows(rows);
      done += rows.length;
      options.onProgress?.({ step: `backup ${table.name}`, done, total });
    }
  }
  return { keyIds: [...keyIds].sort(), unreadable };
}

/** A cursor: neither side holds more than a batch. */
async function* batchesOf(queryRunner: QueryRunner, { name, key }: ArchivedTable): AsyncGenerator<readonly string[]> {
  const cursor = `archive_${name}`;
  await queryRunner.query(`declare ${cursor} no scroll cursor for select to_jsonb(t)::text as row from ${name} t order by "${key}"`);
  for (;;) {
    const rows = await rowsOf<{ readonly row: string }>(queryRunner, `fetch ${String(batchSize)} from ${cursor}`);
    if (rows.length === 0) return;
    yield rows.map(({ row }) => row);
  }
}
