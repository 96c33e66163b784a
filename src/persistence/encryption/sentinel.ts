import type { DataSource } from 'typeorm';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import type { SealContext } from '../../core/sessions/secret-box.port.js';
import { AesGcmSecretBox } from './aes-gcm-secret-box.js';
import type { KeyRing } from './key-ring.js';

const knownText = Secret.of('maestro-sentinel-1');

interface SentinelRow {
  readonly keyId: string;
  readonly sentinel: Buffer;
}

/**
 * Whether the ring fits this database: every key that both know is the same key, and every row's key is there. Reads only.
 *
 * @throws MaestroError `encryption.key-mismatch`, `encryption.key-unknown`
 */
export async function verifyKeys(dataSource: DataSource, keyRing: KeyRing): Promise<void> {
  const [found] = await dataSource.query<readonly { table: string | null }[]>(`select to_regclass('encryption_keys') as "table"`);
  if (found?.table == null) return;
  await verifySentinels(dataSource, keyRing);
  const strangers = await dataSource.query<readonly { keyId: string }[]>(
    'select key_id as "keyId" from saved_authentications where key_id <> all($1) group by key_id order by key_id limit 10',
    [keyRing.ids],
  );
  if (strangers.length > 0) throw new MaestroError('encryption.key-unknown', { keyIds: strangers.map(({ keyId }) => keyId) });
}

/** Writes a sentinel for each key that this database has not seen yet, before any row is sealed with it. */
export async function recordKeys(dataSource: DataSource, keyRing: KeyRing): Promise<void> {
  for (const keyId of keyRing.ids) {
    const { bytes } = await new AesGcmSecretBox(keyRing.withPrimary(keyId)).seal(knownText, contextOf(keyId));
    await dataSource.query('insert into encryption_keys (key_id, sentinel, created_at) values ($1, $2, now()) on conflict do nothing', [
      keyId,
      bytes,
    ]);
  }
  // Another process may have been first, with another key under the same id.
  await verifySentinels(dataSource, keyRing);
}

async function verifySentinels(dataSource: DataSource, keyRing: KeyRing): Promise<void> {
  const rows = await dataSource.query<readonly SentinelRow[]>(
    'select key_id as "keyId", sentinel from encryption_keys where key_id = any($1) order by key_id',
    [keyRing.ids],
  );
  const box = new AesGcmSecretBox(keyRing);
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
