import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { DataSource } from 'typeorm';

import type { AuthType } from '../../src/contracts/auth-type.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import type { SessionRecord } from '../../src/contracts/session.js';
import { SessionId } from '../../src/contracts/session.js';
import type { SealContext } from '../../src/core/sessions/secret-box.port.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import type { KeyRing } from '../../src/persistence/encryption/key-ring.js';

export function aKey(): string {
  return randomBytes(32).toString('base64');
}

/** Where a row's secret belongs. */
export function placeOf({
  id,
  provider,
  authType,
  secretVersion,
}: Pick<SessionRecord, 'id' | 'provider' | 'authType' | 'secretVersion'>): SealContext {
  return { table: 'saved_authentications', column: 'credentials', rowId: id, provider, authType, secretVersion };
}

/** Sessions of four providers, sealed with the primary. Gives their secrets by their ids. */
export async function insertSealed(dataSource: DataSource, keyRing: KeyRing, count: number): Promise<Map<SessionId, string>> {
  const box = new AesGcmSecretBox(keyRing);
  const secrets = new Map<SessionId, string>();
  for (let first = 0; first < count; first += 1000) {
    const rows = await Promise.all(
      Array.from({ length: Math.min(1000, count - first) }, async (_none, index) => {
        const id = SessionId.of(randomUUID());
        const provider = ProviderId.parse(['alpha', 'beta', 'gamma', 'delta'][index % 4] ?? 'alpha');
        const authType: AuthType = index % 2 === 0 ? 'oauth' : 'api_key';
        const secret = `secret-${id}-1`;
        secrets.set(id, secret);
        const { bytes, keyId } = await box.seal(Secret.of(secret), placeOf({ id, provider, authType, secretVersion: 1 }));
        return { id, provider, authType, name: `s_${id.replaceAll('-', '')}`, bytes, keyId };
      }),
    );
    await dataSource.query(
      `insert into saved_authentications (id, provider, auth_type, name, credentials, key_id, secret_version, generation, status,
         lease_epoch, refresh_failures, created_at, updated_at)
       select id, provider, auth_type, name, credentials, key_id, 1, 1, 'active', 0, 0, now(), now()
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])
           as new (id, provider, auth_type, name, credentials, key_id)`,
      (['id', 'provider', 'authType', 'name', 'bytes', 'keyId'] as const).map((column) => rows.map((row) => row[column])),
    );
  }
  return secrets;
}

export interface Sweeper {
  /** Ends it without a word, at once. */
  kill(): void;
  /** Calls back with each line of progress. */
  onProgress(listener: () => void): void;
  /** True where it came to its end, false where it was killed. */
  readonly ended: Promise<boolean>;
}

/** `maestro encryption rotate` in a process of its own; it kills itself (SIGKILL) before its n-th statement where told so. */
export function startSweeper(url: string, keys: string, primary: string, dieAt = 0): Sweeper {
  const root = process.cwd();
  const program = [join(root, 'test/persistence/sweeping.mts'), url, keys, primary, String(dieAt)];
  const child = spawn(process.execPath, ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), ...program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  return {
    kill: () => child.kill('SIGKILL'),
    onProgress: (listener) => lines.on('line', listener),
    ended: once(child, 'close').then(([code, signal]: unknown[]) => {
      if (signal === 'SIGKILL') return false;
      if (code === 0) return true;
      throw new Error(errors);
    }),
  };
}
