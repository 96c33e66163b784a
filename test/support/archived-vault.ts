import { randomBytes, randomUUID } from 'node:crypto';

import type { DataSource } from 'typeorm';

import type { AuthType } from '../../src/contracts/auth-type.js';
import type { Credentials } from '../../src/contracts/credentials.js';
import { textFromCredentials } from '../../src/contracts/credentials.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import type { Archive, ArchiveSource } from '../../src/core/archive/archive.port.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { anApiKey, tokens } from './a-session.js';

/** A session as it is put into a vault; its secret is sealed on the way. */
export interface PlainSession {
  readonly id: string;
  readonly provider: string;
  readonly authType: AuthType;
  readonly name: string;
  readonly status: string;
  readonly credentials: Credentials;
}

const statuses = ['active', 'active', 'exhausted', 'disabled', 'reauth_required', 'active'];

/** Every third is a login with a refresh token, every fifth of the others a login without; each secret ends with the canary. */
export function someSessions(count: number, canary: string): readonly PlainSession[] {
  return Array.from({ length: count }, (_, index) => {
    const secret = (kind: string): Secret => Secret.of(`${kind}-${String(index)}-${randomBytes(8).toString('hex')}-${canary}`);
    const isLogin = index % 3 === 0 || index % 5 === 0;
    const login = { accessToken: secret('access'), ...(index % 3 === 0 && { refreshToken: secret('refresh') }) };
    return {
      id: randomUUID(),
      provider: index % 2 === 0 ? 'whole' : 'other',
      authType: isLogin ? 'oauth' : 'api_key',
      name: `session_${String(index)}`,
      status: statuses[index % statuses.length] ?? 'active',
      credentials: isLogin ? tokens(login) : anApiKey(secret('key').reveal()),
    };
  });
}

export async function putSessions(dataSource: DataSource, keyRing: KeyRing, sessions: readonly PlainSession[]): Promise<void> {
  const box = new AesGcmSecretBox(keyRing);
  const rows = sessions.map(async ({ id, provider, authType, name, status, credentials }) => {
    const { bytes, keyId } = await box.seal(textFromCredentials(credentials), contextOf(id, provider, authType));
    return {
      ...{ id, provider, name, status, auth_type: authType, label: 'a "label"\nin two lines' },
      ...{ credentials: `\\x${Buffer.from(bytes).toString('hex')}`, key_id: keyId, secret_version: 3, generation: 7 },
      ...{ lease_owner: 'replica', lease_epoch: 2, refresh_failures: 1 },
      ...{ created_at: '2026-03-01T09:00:00.123456Z', updated_at: '2026-03-01T09:00:00.654321Z' },
    };
  });
  await putRows(dataSource, 'saved_authentications', await Promise.all(rows));
}

export async function putRows(dataSource: DataSource, table: string, rows: readonly object[]): Promise<void> {
  await dataSource.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [JSON.stringify(rows)]);
}

/** What every session says of itself and, opened, of its secret: the set that a restore brings back. */
export async function openedSessions(dataSource: DataSource, keyRing: KeyRing): Promise<readonly unknown[]> {
  const box = new AesGcmSecretBox(keyRing);
  const rows = await dataSource.query<readonly StoredRow[]>(
    `select id, provider, auth_type as "authType", name, label, credentials as bytes, key_id as "keyId",
      created_at::text as "createdAt", updated_at::text as "updatedAt" from saved_authentications order by id`,
  );
  return Promise.all(
    rows.map(async ({ bytes, keyId, ...row }) => {
      const text = await box.open({ bytes, keyId }, contextOf(row.id, row.provider, row.authType));
      return { ...row, text: text.reveal() };
    }),
  );
}

interface StoredRow {
  readonly id: string;
  readonly provider: string;
  readonly authType: AuthType;
  readonly bytes: Buffer;
  readonly keyId: string;
}

function contextOf(rowId: string, provider: string, authType: AuthType): Parameters<AesGcmSecretBox['seal']>[1] {
  const place = { table: 'saved_authentications', column: 'credentials', rowId };
  return { ...place, provider: ProviderId.parse(provider), authType, secretVersion: 3 };
}

/** Keys of these ids, made anew; the first is primary. */
export function aKeyRing(...ids: readonly [string, ...string[]]): KeyRing {
  return KeyRing.parse(ids.map((id) => `${id}=${randomBytes(32).toString('base64')}`).join(','), ids[0]);
}

export async function backedUp(archive: Archive): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  await archive.backup({
    async write(bytes) {
      pieces.push(Uint8Array.from(bytes));
    },
  });
  return Buffer.concat(pieces);
}

/** The bytes in pieces that end anywhere; tells how often they were read. */
export function sourceOf(bytes: Uint8Array): ArchiveSource & { readonly reads: () => number } {
  let reads = 0;
  return {
    reads: () => reads,
    async *open() {
      reads += 1;
      for (let at = 0; at < bytes.length; at += 7_919) yield bytes.subarray(at, at + 7_919);
    },
  };
}
