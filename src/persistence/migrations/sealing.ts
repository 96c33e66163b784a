import { randomUUID } from 'node:crypto';

import type { QueryRunner } from 'typeorm';

import type { AuthType } from '../../contracts/auth-type.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import { AesGcmSecretBox } from '../encryption/aes-gcm-secret-box.js';
import type { KeyRing } from '../encryption/key-ring.js';
import { contextOf } from './migration-context.js';
import { sealableFrom } from './origin-credentials.js';
import { countOf, rowsOf } from './sql.js';
import { isSealedForm } from './table-state.js';

/**
 * Where sealed secrets wait until the table takes its new form. The table itself stays as it is until then, and whoever uses
 * it goes on; `row_version` tells which rows were written since they were sealed.
 */
export const sealingTable = 'saved_authentications_sealing';

export const createSealingTable = `create table if not exists ${sealingTable} (
  id bigint primary key, row_version text not null, session_id uuid not null, credentials bytea not null, key_id text not null,
  secret_hint text, status text not null, status_reason text)`;

const batchSize = 500;

interface PlainRow {
  readonly id: string;
  readonly version: string;
  readonly provider: string;
  readonly authType: AuthType;
  readonly credentials: string;
  readonly expiresAt: Date | null;
}

const unsealed = `saved_authentications plain left join ${sealingTable} sealed
    on sealed.id = plain.id and sealed.row_version = plain.xmin::text
  where sealed.id is null and not ${isSealedForm.replaceAll('credentials', 'plain.credentials')}`;

/** Seals what is not sealed yet, or was written since. Each batch holds at once: whoever is killed goes on after the last one. */
export async function sealRows(queryRunner: QueryRunner, step: string): Promise<void> {
  const total = await countOf(queryRunner, unsealed);
  if (total === 0) return;
  const { onProgress } = contextOf(queryRunner);
  const keyRing = requireKeys(queryRunner);
  let done = 0;
  for (let page = await nextPage(queryRunner); page.length > 0; page = await nextPage(queryRunner, page.at(-1)?.id)) {
    const rows = page.filter(({ isPlain }) => isPlain);
    if (rows.length > 0) await keep(queryRunner, await Promise.all(rows.map((row) => sealRow(keyRing, row))));
    done += rows.length;
    onProgress?.({ step, done, total: Math.max(done, total) });
  }
}

/** Forgets what was sealed by an earlier attempt with a key that is not ours: the plain rows are still there. */
export async function forgetOtherKeys(queryRunner: QueryRunner): Promise<void> {
  const { keyRing } = contextOf(queryRunner);
  await queryRunner.query(`delete from ${sealingTable} where key_id <> all($1)`, [keyRing?.ids ?? []]);
}

/** Which keys stand in rows that a step down left, with their secrets sealed. */
export const keyIdsOfSealedForm = `select distinct credentials->'row'->>'key_id' as "keyId" from saved_authentications where ${isSealedForm}`;

/** @throws MaestroError `migration.refused` */
export function requireKeys(queryRunner: QueryRunner): KeyRing {
  const { keyRing } = contextOf(queryRunner);
  if (keyRing !== undefined) return keyRing;
  const problem = 'there are credentials to seal and no encryption keys were given; set MAESTRO_ENCRYPTION_KEYS, nothing was changed';
  throw new MaestroError('migration.refused', { problem });
}

/** Page by page along the primary key, so that a table of any size is read once; rows that are sealed come without their credentials. */
async function nextPage(queryRunner: QueryRunner, last?: string): Promise<readonly (PlainRow & { readonly isPlain: boolean })[]> {
  return rowsOf(
    queryRunner,
    `select plain.id::text as id, version, provider, auth_type as "authType", expires_at at time zone 'UTC' as "expiresAt",
            sealed.id is null and not is_sealed_form as "isPlain",
            case when sealed.id is null and not is_sealed_form then plain.credentials end::text as credentials
       from (select *, xmin::text as version, ${isSealedForm} as is_sealed_form from saved_authentications
              where $1::bigint is null or id > $1 order by id limit ${String(batchSize)}) as plain
       left join ${sealingTable} sealed on sealed.id = plain.id and sealed.row_version = version
      order by plain.id`,
    [last],
  );
}

interface SealedRow {
  readonly id: string;
  readonly version: string;
  readonly sessionId: string;
  readonly bytes: Buffer;
  readonly keyId: string;
  readonly hint: string | null;
  readonly isUsable: boolean;
}

async function sealRow(keyRing: KeyRing, row: PlainRow): Promise<SealedRow> {
  const { id, version, provider, authType } = row;
  const sessionId = randomUUID();
  const { text, hint, isUsable } = sealableFrom(authType, Secret.of(row.credentials), row.expiresAt);
  const sealed = await new AesGcmSecretBox(keyRing).seal(text, {
    table: 'saved_authentications',
    column: 'credentials',
    rowId: sessionId,
    // The origin's providers may have ids of another form; the seal binds whatever stands in the row.
    provider: provider as ProviderId,
    authType,
    secretVersion: 1,
  });
  return { id, version, sessionId, bytes: Buffer.from(sealed.bytes), keyId: sealed.keyId, hint: hint ?? null, isUsable };
}

async function keep(queryRunner: QueryRunner, rows: readonly SealedRow[]): Promise<void> {
  await queryRunner.query(
    `insert into ${sealingTable} (id, row_version, session_id, credentials, key_id, secret_hint, status, status_reason)
     select id, row_version, session_id, credentials, key_id, secret_hint,
            case when is_usable then 'active' else 'needs_attention' end, case when is_usable then null else 'credentials-incomplete' end
       from unnest($1::bigint[], $2::text[], $3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::boolean[])
         as new (id, row_version, session_id, credentials, key_id, secret_hint, is_usable)
     on conflict (id) do update set row_version = excluded.row_version, session_id = excluded.session_id,
       credentials = excluded.credentials, key_id = excluded.key_id, secret_hint = excluded.secret_hint,
       status = excluded.status, status_reason = excluded.status_reason`,
    [
      rows.map(({ id }) => id),
      rows.map(({ version }) => version),
      rows.map(({ sessionId }) => sessionId),
      rows.map(({ bytes }) => bytes),
      rows.map(({ keyId }) => keyId),
      rows.map(({ hint }) => hint),
      rows.map(({ isUsable }) => isUsable),
    ],
  );
}
