import type { DataSource } from 'typeorm';

import type { AuthType } from '../../src/contracts/auth-type.js';
import type { ProviderId } from '../../src/contracts/provider-id.js';
import type { SealContext } from '../../src/core/sessions/secret-box.port.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import type { KeyRing } from '../../src/persistence/encryption/key-ring.js';

/** What a vault holds at one moment, to be compared with later. */
export interface Census {
  /** Sessions that were there before the trail began, or came in past it. */
  readonly unexplained: number;
  readonly generations: ReadonlyMap<string, { readonly generation: number; readonly secretVersion: number }>;
}

export interface InvariantOptions {
  readonly dataSource: DataSource;
  readonly keyRing: KeyRing;
  /** Taken when the test began. Absent: the vault began empty. */
  readonly since?: Census;
  /** Secrets that must be nowhere in what came out. */
  readonly canaries?: readonly string[];
  /** Logs, answers, files: whatever somebody may read. */
  readonly outputs?: readonly string[];
  /** Milliseconds that a lease may lie there after its end. */
  readonly leaseSlack?: number;
}

interface SealedRow {
  readonly id: string;
  readonly provider: ProviderId;
  readonly authType: AuthType;
  readonly secretVersion: number;
  readonly generation: number;
  readonly keyId: string;
  readonly credentials: Buffer;
}

/** What must hold after every test of the vault, whatever was done to it; a list of what does not. */
export async function brokenInvariants(options: InvariantOptions): Promise<readonly string[]> {
  const rows = await rowsOf(options.dataSource);
  const checks = [names(options), trail(options), conservation(options), leases(options)];
  const found = await Promise.all(checks);
  // By itself: thousands of secrets leave no time for anything that waits for an answer.
  const sealed = await secrets(rows, options.keyRing);
  return [...found.flat(), ...growth(rows, options.since), ...sealed, ...leaks(options)];
}

export async function takeCensus(dataSource: DataSource): Promise<Census> {
  const rows = await rowsOf(dataSource);
  return { unexplained: await unexplained(dataSource), generations: new Map(rows.map((row) => [row.id, row])) };
}

async function rowsOf(dataSource: DataSource): Promise<readonly SealedRow[]> {
  return dataSource.query<readonly SealedRow[]>(
    `select id, provider, auth_type as "authType", secret_version as "secretVersion", generation, key_id as "keyId", credentials
       from saved_authentications order by id`,
  );
}

async function names({ dataSource }: InvariantOptions): Promise<readonly string[]> {
  const twins = await dataSource.query<readonly { name: string }[]>(
    'select lower(name) as name from saved_authentications group by provider, auth_type, lower(name) having count(*) > 1',
  );
  return twins.map(({ name }) => `two live sessions are called ${name}`);
}

async function trail({ dataSource, keyRing }: InvariantOptions): Promise<readonly string[]> {
  const { firstBroken } = await new TypeOrmAuditLog(dataSource, keyRing).verify();
  return firstBroken === undefined ? [] : [`the audit trail is broken at ${String(firstBroken.seq)} (${firstBroken.problem})`];
}

async function conservation({ dataSource, since }: InvariantOptions): Promise<readonly string[]> {
  const expected = since?.unexplained ?? 0;
  const found = await unexplained(dataSource);
  if (found === expected) return [];
  return [`${String(Math.abs(found - expected))} sessions ${found < expected ? 'vanished' : 'appeared'} without a trace`];
}

/** Whatever was made is alive, a tombstone, put aside by a migration, or was forgotten and written down. */
async function unexplained(dataSource: DataSource): Promise<number> {
  const [parked] = await dataSource.query<readonly { is: boolean }[]>(
    `select to_regclass('saved_authentications_parked') is not null as is`,
  );
  const [count] = await dataSource.query<readonly { unexplained: number }[]>(
    `select ((select count(*) from saved_authentications) + (select count(*) from session_tombstones)
       + ${parked?.is === true ? '(select count(*) from saved_authentications_parked)' : '0'}
       + (select count(*) filter (where action = 'session.purge')
            - count(*) filter (where action in ('session.create', 'session.clone')) from audit_events))::int as unexplained`,
  );
  return count?.unexplained ?? 0;
}

async function leases({ dataSource, leaseSlack = 10_000 }: InvariantOptions): Promise<readonly string[]> {
  const old = await dataSource.query<readonly { id: string }[]>(
    `select id from saved_authentications where lease_until < clock_timestamp() - make_interval(secs => $1)`,
    [leaseSlack / 1_000],
  );
  return old.map(({ id }) => `session ${id} has a lease that ended long ago`);
}

function growth(rows: readonly SealedRow[], since: Census | undefined): readonly string[] {
  return rows.flatMap(({ id, generation, secretVersion }) => {
    const then = since?.generations.get(id) ?? { generation: 1, secretVersion: 1 };
    const isBack = generation < then.generation || secretVersion < then.secretVersion;
    return isBack ? [`session ${id} went back in time`] : [];
  });
}

/** Each row opens in its own place, and in the place of no other: of all pairs of twenty rows, and of neighbours beyond. */
async function secrets(rows: readonly SealedRow[], keyRing: KeyRing): Promise<readonly string[]> {
  const box = new AesGcmSecretBox(keyRing);
  const opens = async (row: SealedRow, place: SealedRow): Promise<boolean> =>
    box.open({ bytes: row.credentials, keyId: row.keyId }, contextOf(place)).then(
      () => true,
      () => false,
    );
  const found = rows.map(async (row, index): Promise<readonly string[]> => {
    const others = index < 20 ? rows.slice(0, 20).filter((other) => other !== row) : rows.slice(index - 1, index);
    const strays = await Promise.all(others.map(async (other) => ((await opens(row, other)) ? [other.id] : [])));
    return [
      ...((await opens(row, row)) ? [] : [`session ${row.id} cannot be opened`]),
      ...strays.flat().map((id) => `the secret of session ${row.id} opens as that of ${id}`),
    ];
  });
  return (await Promise.all(found)).flat();
}

function contextOf({ id, provider, authType, secretVersion }: SealedRow): SealContext {
  return { table: 'saved_authentications', column: 'credentials', rowId: id, provider, authType, secretVersion };
}

/** In clear, and as what a text becomes on its way: base64 (either alphabet), hexadecimal, percent-encoded, JSON in JSON. */
function leaks({ canaries = [], outputs = [] }: InvariantOptions): readonly string[] {
  return canaries.flatMap((canary, index) => {
    const bytes = Buffer.from(canary);
    const json = JSON.stringify(canary).slice(1, -1);
    const forms = [canary, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex'), encodeURIComponent(canary), json];
    return forms.some((form) => outputs.some((output) => output.includes(form))) ? [`canary ${String(index)} came out`] : [];
  });
}
