import type { AuthType } from '../../contracts/auth-type.js';
import { credentialsFromText } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { Secret } from '../../contracts/secret.js';
import type { SecretBox } from '../../core/sessions/secret-box.port.js';
import { objectFrom } from './archive-format.js';
import { callersTable, chunksTable, sessionsTable } from './archived-tables.js';

/** What an archive has to know of a row that is sealed; the rest of it goes through as it is. */
export interface SealedRow {
  readonly id: string;
  readonly keyId: string;
  /** False where it does not open. */
  readonly isReadable: boolean;
  /** Of a session: its refresh token may be spent by the time a backup is restored. */
  readonly hasRefreshToken: boolean;
}

/** The column that is sealed, of the tables that have one. */
const sealedColumns: ReadonlyMap<string, string> = new Map([
  [sessionsTable, 'credentials'],
  [chunksTable, 'content'],
  [callersTable, 'pepper'],
]);

export function isSealed(table: string): boolean {
  return sealedColumns.has(table);
}

/** Opens a row of a sealed table, as PostgreSQL tells it in JSON, to see whether it does. @throws MaestroError but for one that does not open */
export async function examined(box: SecretBox, table: string, line: string): Promise<SealedRow> {
  const row = objectFrom(line);
  const id = textIn(row, 'id');
  const keyId = textIn(row, 'key_id');
  const text = await opened(box, table, row);
  const credentials = text && table === sessionsTable ? credentialsFromText(text) : undefined;
  const hasRefreshToken = credentials?.authType === 'oauth' && credentials.refreshToken !== undefined;
  return { id, keyId, isReadable: text !== undefined, hasRefreshToken };
}

async function opened(box: SecretBox, table: string, row: Row): Promise<Secret | undefined> {
  const column = sealedColumns.get(table) ?? '';
  // bytea in JSON is its text form: \x and hexadecimal digits.
  const bytes = Buffer.from(textIn(row, column).slice(2), 'hex');
  try {
    return await box.open(
      { bytes, keyId: textIn(row, 'key_id') },
      {
        ...{ table, column },
        rowId: textIn(row, 'id'),
        // Checked when they were stored; where they were changed since, the secret does not open.
        provider: textIn(row, 'provider') as ProviderId,
        authType: textIn(row, 'auth_type') as AuthType,
        secretVersion: Number(row['secret_version']),
      },
    );
  } catch (error) {
    const isUnreadable = MaestroError.is(error) && (error.code === 'secret.unreadable' || error.code === 'encryption.key-unknown');
    if (isUnreadable) return undefined;
    throw error;
  }
}

type Row = Readonly<Partial<Record<string, unknown>>>;

function textIn(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}

const unhealthy: ReadonlySet<unknown> = new Set(['disabled', 'reauth_required']);

/**
 * The row as it goes into a restored vault: whoever remembers the session notices the new generation, nobody refreshes it just
 * now, and a refresh token that may be spent is not used before somebody has said so. What was switched off, or must log in
 * again, stays so.
 */
export function restoredRow(line: string, isStale: boolean): string {
  const row = objectFrom(line);
  return JSON.stringify({
    ...row,
    generation: Number(row['generation']) + 1,
    lease_owner: null,
    lease_until: null,
    lease_epoch: Number(row['lease_epoch']) + 1,
    refresh_attempt_id: null,
    refresh_started_at: null,
    ...(isStale && !unhealthy.has(row['status']) && { status: 'needs_attention' }),
    ...(isStale && row['status'] !== 'reauth_required' && { status_reason: 'restored_stale', next_refresh_at: null }),
  });
}
