import type { QueryRunner } from 'typeorm';

import { rowsOf } from '../migrations/sql.js';

export interface ArchivedTable {
  readonly name: string;
  /** Its key: rows come in one order, whenever they are read. */
  readonly key: string;
  /** A row of it stands in an empty vault, too, and the archive's takes its place. */
  readonly hasFixedRow?: boolean;
}

export const sessionsTable = 'saved_authentications';
export const chunksTable = 'context_chunks';
export const callersTable = 'callers';

/**
 * What a backup holds, in this order. Left out is what belongs to a database and not to its sessions: which migrations it has
 * seen, its keys' sentinels, which processes use it; and what must not live again: logins that somebody is in the middle of, the
 * ledger of refreshes, tokens that were replaced, revocations that this database's own processes see to, which counts of
 * usage were written, and answers that are kept for who repeats a request.
 */
export const archivedTables: readonly ArchivedTable[] = [
  { name: sessionsTable, key: 'id' },
  { name: 'session_tombstones', key: 'id' },
  { name: 'login_consents', key: 'id' },
  { name: 'contexts', key: 'id' },
  { name: chunksTable, key: 'id' },
  { name: callersTable, key: 'id' },
  { name: 'caller_grants', key: 'id' },
  { name: 'caller_defaults', key: 'id' },
  { name: 'usage_hours', key: 'id' },
  { name: 'audit_events', key: 'seq' },
  { name: 'audit_head', key: 'is_only', hasFixedRow: true },
];

/** Those of them that this database has. */
export async function tablesIn(queryRunner: QueryRunner): Promise<readonly ArchivedTable[]> {
  const rows = await rowsOf<{ readonly name: string }>(
    queryRunner,
    'select name from unnest($1::text[]) as name where to_regclass(name) is not null',
    [archivedTables.map(({ name }) => name)],
  );
  const there = new Set(rows.map(({ name }) => name));
  return archivedTables.filter(({ name }) => there.has(name));
}
