import { randomUUID } from 'node:crypto';

import type { DataSource } from 'typeorm';

import type { AuthType } from '../../src/contracts/auth-type.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { canary, keyRing } from './origin-table.js';

/** Four pairs, each with this many sessions; every column set, times to the microsecond. */
export async function fillVault(dataSource: DataSource, sessions: number): Promise<void> {
  for (const provider of ['alpha', 'beta']) {
    for (const authType of ['oauth', 'api_key'] as const) {
      for (let number = 1; number <= sessions; number += 1) await insertSession(dataSource, provider, authType, number);
    }
  }
  await dataSource.query(
    `insert into session_tombstones (id, provider, auth_type, name, created_at, deleted_at)
     values ($1, 'alpha', 'oauth', 'gone', '2026-01-01 00:00:00.123456Z', now())`,
    [randomUUID()],
  );
}

async function insertSession(dataSource: DataSource, provider: string, authType: AuthType, number: number): Promise<void> {
  const id = randomUUID();
  const context = { table: 'saved_authentications', column: 'credentials', rowId: id, authType, secretVersion: 3 };
  const secret = Secret.of(JSON.stringify({ authType, token: `${canary}-${id}` }));
  const { bytes, keyId } = await new AesGcmSecretBox(keyRing).seal(secret, { ...context, provider: ProviderId.parse(provider) });
  await dataSource.query(
    `insert into saved_authentications (id, provider, auth_type, name, label, credentials, key_id, secret_version, generation, status,
       status_reason, base_url, secret_hint, expires_at, last_used_at, last_refresh_at, next_refresh_at, lease_owner, lease_epoch,
       lease_until, refresh_attempt_id, refresh_started_at, refresh_failures, created_at, updated_at)
     values ($1, $2, $3, $4, 'Läbel "quoted"', $5, $6, 3, 7, 'reauth_required', 'rotation-lost', 'https://example.org', 'abcd',
       '2030-01-01 00:00:00.654321Z', '2026-01-01 00:00:00.7Z', '2026-01-01 00:00:00.000001Z', '2026-01-02Z', 'me', 5, '2026-01-03Z',
       $1, '2026-01-04Z', 2, '2025-12-31 23:59:59.999999Z', '2026-02-01 01:02:03.5Z')`,
    [id, provider, authType, `session_${String(number)}`, bytes, keyId],
  );
}
