import { createHash } from 'node:crypto';

import type { DataSource } from 'typeorm';

import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import type { AuthType } from '../../src/contracts/auth-type.js';
import type { ProviderId } from '../../src/contracts/provider-id.js';

/** Hand-made: 32 bytes that look like none. */
export function aKeyText(id: string): string {
  return `${id}=${createHash('sha256').update(`a key of the tests, ${id}`).digest('base64')}`;
}

export const keyRing = KeyRing.parse(aKeyText('k1'));

/** The single-session system's table as its own migration made it (hand-made after its schema). */
export const originTable = [
  `create table saved_authentications (
     id bigserial primary key, provider varchar(255) not null, auth_type varchar(255) not null, credentials jsonb not null,
     expires_at timestamp(0), inserted_at timestamp(0) not null, updated_at timestamp(0) not null)`,
  'create unique index saved_authentications_provider_auth_type_index on saved_authentications (provider, auth_type)',
  'create index saved_authentications_expires_at_index on saved_authentications (expires_at)',
];

/** Keys and tokens in it begin with this, so that they can be looked for. */
export const canary = 'CANARY-of-the-origin';

/**
 * Hand-made: providers of 1 to 255 characters and of letters that no id has, both auth types, no expiry, credentials without what matters,
 * of every JSON type, of numbers that no double holds, of 20 kB, and such that say `sealed`.
 */
const nastyRows = `
  ('p', 'api_key', '{"api_key": "${canary}-p"}', null),
  (repeat('x', 255), 'oauth', '{"access_token": "${canary}-x"}', '2030-01-01'),
  (repeat('y', 40), 'api_key', '{"api_key": "${canary}-y"}', null),
  ('My Provider! ünïcode 🚀', 'oauth', '{"access_token": "${canary}-🚀", "scope": "a b  c"}', '0001-01-01'),
  ('it''s; drop table', 'api_key', '{}', null),
  ('array', 'api_key', '["api_key", "${canary}"]', null),
  ('scalar', 'oauth', '"${canary}-scalar"', null),
  ('nothing', 'oauth', 'null', null),
  ('number', 'api_key', '{"api_key": 12345678901234567890.123456789, "n": 1e300}', null),
  ('empty', 'oauth', '{"access_token": "", "refresh_token": "${canary}-only-refresh"}', null),
  ('large', 'oauth', '{"access_token": "${canary}-' || repeat('z', 20000) || '"}', '2030-01-01'),
  ('nested', 'api_key', '{"api_key": "${canary}-nested", "extra": {"a": [1, null, {"b": "\\u00e9\\n"}]}, "organization_id": "org"}', null),
  ('says-sealed', 'api_key', '{"api_key": "${canary}-sealed", "sealed": "no", "id": 1}', null),
  ('far', 'oauth', '{"access_token": "${canary}-far", "expires_in": 1}', '9999-12-31 23:59:59')`;

const columns = '(provider, auth_type, credentials, expires_at, inserted_at, updated_at)';

/** `count` usual rows beside the nasty ones. */
export async function fillOrigin(dataSource: DataSource, count: number): Promise<void> {
  for (const statement of originTable) await dataSource.query(statement);
  await dataSource.query(
    `insert into saved_authentications ${columns}
     select provider, auth_type, credentials::jsonb, expires_at::timestamp, now(), now() from (values ${nastyRows})
       as nasty (provider, auth_type, credentials, expires_at)`,
  );
  await dataSource.query(
    `insert into saved_authentications ${columns}
     select 'provider-' || n / 2, case when n % 2 = 0 then 'api_key' else 'oauth' end,
            case when n % 2 = 0 then jsonb_build_object('api_key', '${canary}-key-' || n)
                 else jsonb_build_object('access_token', '${canary}-access-' || n, 'refresh_token', '${canary}-refresh-' || n) end,
            case when n % 3 = 0 then null else timestamp '2030-01-01' + n * interval '1 second' end,
            timestamp '2025-08-29' + n * interval '1 second', timestamp '2025-08-30' + n * interval '1 second'
       from generate_series(1, $1::int) as n`,
    [count],
  );
}

/** A row of the vault with its secret opened, as far as a step must not change it. */
export interface OpenedRow {
  readonly provider: string;
  readonly auth_type: AuthType;
  readonly name: string;
  readonly secret: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** The vault in clear, in order of names. */
export async function openedRows(dataSource: DataSource, ring = keyRing): Promise<readonly OpenedRow[]> {
  const box = new AesGcmSecretBox(ring);
  const rows = await dataSource.query<
    {
      id: string;
      provider: string;
      auth_type: AuthType;
      name: string;
      credentials: Buffer;
      key_id: string;
      secret_version: number;
      row: object;
    }[]
  >(
    `select id, provider, auth_type, name, credentials, key_id, secret_version, to_jsonb(session) - 'credentials' as row
       from saved_authentications session order by provider collate "C", auth_type, name collate "C"`,
  );
  return Promise.all(
    rows.map(async ({ id, provider, auth_type, name, credentials, key_id, secret_version, row }) => {
      const context = {
        table: 'saved_authentications',
        column: 'credentials',
        rowId: id,
        provider: provider as ProviderId,
        authType: auth_type,
        secretVersion: secret_version,
      };
      const secret = await box.open({ bytes: credentials, keyId: key_id }, context);
      return { provider, auth_type, name, secret: secret.reveal(), row: { ...row } };
    }),
  );
}

/** Credentials by (provider, auth type) as the origin's table has them, to the letter. */
export async function plainRows(dataSource: DataSource): Promise<readonly string[]> {
  const rows = await dataSource.query<{ provider: string; auth_type: string; credentials: string; expires_at: string | null }[]>(
    `select provider, auth_type, credentials::text as credentials, to_char(expires_at, 'YYYY-MM-DD HH24:MI:SS') as expires_at
       from saved_authentications order by provider collate "C", auth_type`,
  );
  return rows.map((row) => JSON.stringify([row.provider, row.auth_type, row.credentials, row.expires_at]));
}

/** The same of the vault, after all steps up. */
export async function originOf(dataSource: DataSource): Promise<readonly string[]> {
  const times = await dataSource.query<{ expires_at: string | null }[]>(
    `select to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as expires_at
       from saved_authentications order by provider collate "C", auth_type, name collate "C"`,
  );
  const rows = await openedRows(dataSource);
  return rows.map(({ provider, auth_type, secret }, index) => {
    const { origin } = JSON.parse(secret) as { origin: string };
    return JSON.stringify([provider, auth_type, origin, times[index]?.expires_at]);
  });
}
