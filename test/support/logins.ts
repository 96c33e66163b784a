import { randomUUID } from 'node:crypto';

import type { DataSource } from 'typeorm';

import { textFromCredentials } from '../../src/contracts/credentials.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import { credentialsFromText } from '../../src/contracts/credentials.js';
import type { SealedSecret } from '../../src/contracts/session.js';
import { SessionId } from '../../src/contracts/session.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import type { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { placeOf } from './rotation.js';
import { tokens } from './a-session.js';

/** A session, and the family of tokens at the issuer that it lives on. */
export interface Login {
  readonly id: SessionId;
  readonly family: string;
  /** The one that the session begins with. */
  readonly refreshToken: string;
}

export interface LoginOptions {
  readonly provider: string;
  readonly issuer: RunningIssuer;
  readonly count: number;
  /** Seconds from now until the access token ends; default 3,600. */
  readonly expiresIn?: number;
  /** Seconds from now until it is refreshed ahead; default 3,000. */
  readonly dueIn?: number;
}

/** Sessions as logins leave them, many at a time. */
export async function insertLogins(dataSource: DataSource, keyRing: KeyRing, options: LoginOptions): Promise<readonly Login[]> {
  const { provider, issuer, count, expiresIn = 3_600, dueIn = 3_000 } = options;
  const box = new AesGcmSecretBox(keyRing);
  const made: Login[] = [];
  while (made.length < count) {
    const batch = await Promise.all(
      Array.from({ length: Math.min(1_000, count - made.length) }, async () => {
        const { id: family, refreshToken, accessToken } = issuer.issue();
        const id = SessionId.of(randomUUID());
        const credentials = tokens({
          accessToken: Secret.of(accessToken),
          refreshToken: Secret.of(refreshToken),
          expiresAt: new Date(Date.now() + expiresIn * 1_000),
        });
        const place = placeOf({ id, provider: ProviderId.parse(provider), authType: 'oauth', secretVersion: 1 });
        return { id, family, refreshToken, sealed: await box.seal(textFromCredentials(credentials), place) };
      }),
    );
    await dataSource.query(
      `insert into saved_authentications (id, provider, auth_type, name, credentials, key_id, secret_version, generation, status,
         lease_epoch, refresh_failures, issued_at, expires_at, next_refresh_at, created_at, updated_at)
       select id, $1, 'oauth', 's_' || replace(id::text, '-', ''), credentials, key_id, 1, 1, 'active', 0, 0, now(),
              now() + $2 * interval '1 s', now() + $3 * interval '1 s', now(), now()
         from unnest($4::uuid[], $5::bytea[], $6::text[]) as new (id, credentials, key_id)`,
      [
        ...[provider, expiresIn, dueIn],
        ...[batch.map(({ id }) => id), batch.map(({ sealed }) => sealed.bytes), batch.map(({ sealed }) => sealed.keyId)],
      ],
    );
    made.push(...batch);
  }
  return made;
}

/** What is stored of a session now. */
export interface StoredLogin {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly secretVersion: number;
  readonly isLeased: boolean;
  readonly refreshToken: string | undefined;
}

interface Row extends Omit<StoredLogin, 'refreshToken'> {
  readonly provider: ProviderId;
  readonly credentials: Buffer;
  readonly keyId: string;
}

export async function storedLogins(
  dataSource: DataSource,
  keyRing: KeyRing,
  logins: readonly Login[],
): Promise<ReadonlyMap<string, StoredLogin>> {
  const box = new AesGcmSecretBox(keyRing);
  const rows = await dataSource.query<readonly Row[]>(
    `select id, provider, status, status_reason as reason, secret_version as "secretVersion", credentials, key_id as "keyId",
            coalesce(lease_until > clock_timestamp(), false) as "isLeased"
       from saved_authentications where id = any($1::uuid[])`,
    [logins.map(({ id }) => id)],
  );
  const opened = rows.map(async ({ provider, credentials, keyId, ...row }): Promise<[string, StoredLogin]> => {
    const sealed: SealedSecret = { bytes: credentials, keyId };
    const place = placeOf({ id: SessionId.of(row.id), provider, authType: 'oauth', secretVersion: row.secretVersion });
    const found = credentialsFromText(await box.open(sealed, place));
    return [row.id, { ...row, refreshToken: found?.authType === 'oauth' ? found.refreshToken?.reveal() : undefined }];
  });
  return new Map(await Promise.all(opened));
}

/** One line of the ledger: what became of a token. */
export interface LedgerLine {
  readonly fingerprint: string;
  readonly sends: number;
  readonly states: string;
}

/** The ledger by the token that was sent. */
export async function ledgerOf(dataSource: DataSource, logins: readonly Login[]): Promise<readonly LedgerLine[]> {
  return dataSource.query<readonly LedgerLine[]>(
    `select token_fingerprint as fingerprint, count(*)::int as sends, string_agg(state, ' ' order by sent_at) as states
       from refresh_attempts where sent_at is not null and session_id = any($1::uuid[])
      group by token_fingerprint order by min(sent_at)`,
    [logins.map(({ id }) => id)],
  );
}

/** For the report of a run: how often a token was sent, and how that ended. */
export function ledgerText(lines: readonly LedgerLine[]): string {
  const counts = new Map<string, number>();
  for (const { sends, states } of lines)
    counts.set(`${String(sends)} × (${states})`, (counts.get(`${String(sends)} × (${states})`) ?? 0) + 1);
  return [...counts].map(([what, count]) => `${String(count)} tokens sent ${what}`).join(', ');
}
