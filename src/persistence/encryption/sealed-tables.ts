import { parkedTable } from '../migrations/table-state.js';
import type { Queryable } from './replicas.js';

/**
 * A table whose rows carry a sealed secret: besides the secret's column it has `id uuid`, `provider`, `auth_type`, `key_id`
 * and `secret_version`, and the trigger that refuses retired keys.
 */
export interface SealedTable {
  readonly table: string;
  readonly column: string;
}

/** All of them: what is missing here is left behind by a rotation, and lost with the old key. */
export const sealedTables: readonly SealedTable[] = [
  { table: 'saved_authentications', column: 'credentials' },
  { table: 'pending_logins', column: 'secrets' },
  { table: 'orphaned_grants', column: 'credentials' },
  { table: 'pending_revocations', column: 'credentials' },
  { table: 'context_chunks', column: 'content' },
  { table: 'callers', column: 'pepper' },
  { table: 'idempotent_requests', column: 'content' },
];

export interface KeyCount {
  readonly table: string;
  readonly keyId: string;
  readonly rows: number;
}

/**
 * What needs a key and is none of these: rows that a step down put aside, which come back sealed as they were on the way up
 * before anything else can happen to them, and the head of the audit trail, which is vouched for anew after a rotation.
 */
const otherUses = [
  { table: parkedTable, keyId: `credentials->'row'->>'key_id'` },
  { table: 'audit_head', keyId: 'key_id' },
];

/** Which key stands in how many rows of which table; counted, never remembered. */
export async function countKeys(database: Queryable): Promise<readonly KeyCount[]> {
  const counted: KeyCount[] = [];
  for (const { table, keyId } of [...sealedTables.map(({ table }) => ({ table, keyId: 'key_id' })), ...otherUses]) {
    if (!(await isThere(database, table))) continue;
    const rows = await database.query<readonly Omit<KeyCount, 'table'>[]>(
      `select ${keyId} as "keyId", count(*)::int as rows from ${table} where ${keyId} is not null group by 1 order by 1`,
    );
    counted.push(...rows.map((row) => ({ table, ...row })));
  }
  return counted;
}

async function isThere(database: Queryable, table: string): Promise<boolean> {
  const [found] = await database.query<readonly { is: boolean }[]>('select to_regclass($1) is not null as is', [table]);
  return found?.is === true;
}

/** Nobody writes into them until the transaction ends; reading goes on. */
export async function lockSealedTables(transaction: Queryable): Promise<void> {
  const tables = await presentTables(transaction);
  await transaction.query(`lock table ${tables.map(({ table }) => table).join(', ')} in share row exclusive mode`);
}

/** An older schema, or one that was taken a step down, has fewer of them. */
export async function presentTables(database: Queryable): Promise<readonly SealedTable[]> {
  const rows = await database.query<readonly { name: string }[]>(
    'select name from unnest($1::text[]) as name where to_regclass(name) is not null',
    [sealedTables.map(({ table }) => table)],
  );
  return sealedTables.filter(({ table }) => rows.some(({ name }) => name === table));
}
