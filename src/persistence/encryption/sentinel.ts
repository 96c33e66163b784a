import type { DataSource } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import type { KeyService } from '../../core/key-rotation/key-service.port.js';
import type { SealContext } from '../../core/sessions/secret-box.port.js';
import { AesGcmSecretBox } from './aes-gcm-secret-box.js';

const knownText = Secret.of('maestro-sentinel-1');

interface SentinelRow {
  readonly keyId: string;
  readonly sentinel: Buffer;
}

/**
 * Whether the ring fits this database: every key that both know is the same key, and every row's key is there. Reads only.
 *
 * @throws MaestroError `encryption.key-mismatch`, `encryption.key-unknown`, `encryption.key-retired`
 */
export async function verifyKeys(dataSource: DataSource, keys: KeyService): Promise<void> {
  const [found] = await dataSource.query<readonly { table: string | null }[]>(`select to_regclass('encryption_keys') as "table"`);
  if (found?.table == null) return;
  await verifySentinels(dataSource, keys);
  await refuseRetired(dataSource, keys.primaryId);
  // Below the step that seals, rows say their key elsewhere; the migration looks there before it touches one.
  if (!(await hasKeyColumn(dataSource))) return;
  const strangers = await dataSource.query<readonly { keyId: string }[]>(
    'select key_id as "keyId" from saved_authentications where key_id <> all($1) group by key_id order by key_id limit 10',
    [keys.ids],
  );
  if (strangers.length > 0) throw new MaestroError('encryption.key-unknown', { keyIds: strangers.map(({ keyId }) => keyId) });
}

/** Works below the step that knows of retired keys, too. @throws MaestroError `encryption.key-retired` */
export async function refuseRetired(database: Pick<DataSource, 'query'>, keyId: string): Promise<void> {
  const retired = await database.query<readonly unknown[]>(
    `select 1 from encryption_keys as known where key_id = $1 and to_jsonb(known)->>'retired_at' is not null`,
    [keyId],
  );
  if (retired.length > 0) throw new MaestroError('encryption.key-retired', { keyId });
}

async function hasKeyColumn(dataSource: DataSource): Promise<boolean> {
  const [found] = await dataSource.query<readonly { is: boolean }[]>(
    `select exists (select 1 from information_schema.columns where table_schema = current_schema()
       and table_name = 'saved_authentications' and column_name = 'key_id') as is`,
  );
  return found?.is === true;
}

/** Writes a sentinel for each key that this database has not seen yet, before any row is sealed with it. */
export async function recordKeys(dataSource: DataSource, keys: KeyService): Promise<void> {
  const box = new AesGcmSecretBox(keys);
  for (const keyId of keys.ids) {
    const { bytes } = await box.seal(knownText, contextOf(keyId), keyId);
    await dataSource.query('insert into encryption_keys (key_id, sentinel, created_at) values ($1, $2, now()) on conflict do nothing', [
      keyId,
      bytes,
    ]);
  }
  // Another process may have been first, with another key under the same id.
  await verifySentinels(dataSource, keys);
}

async function verifySentinels(dataSource: DataSource, keys: KeyService): Promise<void> {
  const rows = await dataSource.query<readonly SentinelRow[]>(
    'select key_id as "keyId", sentinel from encryption_keys where key_id = any($1) order by key_id',
    [keys.ids],
  );
  const box = new AesGcmSecretBox(keys);
  for (const { keyId, sentinel } of rows) {
    await box.open({ bytes: sentinel, keyId }, contextOf(keyId)).catch((cause: unknown) => {
      throw new MaestroError('encryption.key-mismatch', { keyId }, { cause });
    });
  }
}

function contextOf(keyId: string): SealContext {
  return {
    table: 'encryption_keys',
    column: 'sentinel',
    rowId: keyId,
    provider: ProviderId.parse('maestro'),
    authType: 'api_key',
    secretVersion: 1,
  };
}
