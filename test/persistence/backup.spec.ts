import { createHash, randomBytes, randomUUID } from 'node:crypto';

import type { ErrorCode } from '../../src/contracts/errors/catalogue.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { ArchiveProgress } from '../../src/core/archive/archive.port.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { archivedTables } from '../../src/persistence/archive/archived-tables.js';
import { TypeOrmArchive } from '../../src/persistence/archive/typeorm-archive.js';
import { ArchiveWriter } from '../../src/persistence/archive/write-archive.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import type { PlainSession } from '../support/archived-vault.js';
import { aKeyRing, backedUp, openedSessions, putRows, putSessions, someSessions, sourceOf } from '../support/archived-vault.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase, freshDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';

const canary = `canary-${randomUUID()}`;
const oldKey = randomBytes(32);
const newKey = randomBytes(32);
const keyText = `old=${oldKey.toString('base64')},new=${newKey.toString('base64')}`;
const keyRing = KeyRing.parse(keyText, 'new');
const tombstone = {
  ...{ id: randomUUID(), provider: 'whole', auth_type: 'api_key', name: 'gone' },
  ...{ created_at: '2026-03-01T09:00:00Z', deleted_at: '2026-03-02T09:00:00Z' },
};

let origin: TestDatabase;
/** Empty before and after each test: whoever fills one takes a new one. */
let target: TestDatabase;
let sessions: readonly PlainSession[];
let archive: Buffer;
/** Twenty sessions, seven of them with a refresh token. */
let smallArchive: Buffer;
beforeAll(async () => {
  [origin, target] = await Promise.all([freshVault(), freshVault()]);
  await putSessions(origin.dataSource, keyRing, someSessions(20, canary));
  smallArchive = await backedUp(archiveOf(origin));
  await origin.dataSource.query('delete from saved_authentications');
  sessions = someSessions(500, canary);
  await putSessions(origin.dataSource, keyRing.withPrimary('old'), sessions.slice(0, 250));
  await putSessions(origin.dataSource, keyRing, sessions.slice(250));
  await putRows(origin.dataSource, 'session_tombstones', [tombstone]);
  const trail = new TypeOrmAuditLog(origin.dataSource, keyRing);
  for (const { id } of sessions.slice(0, 3)) await trail.append({ actor: 'admin', action: 'session.create', target: id });
  archive = await backedUp(archiveOf(origin));
});
afterAll(async () => {
  await Promise.all([origin.close(), target.close()]);
});

async function freshVault(): Promise<TestDatabase> {
  const database = await freshDatabase();
  await prepareDatabase(database.dataSource, keyRing);
  return database;
}

async function withNewVault<T>(work: (vault: TestDatabase) => Promise<T>): Promise<T> {
  const vault = await freshVault();
  return work(vault).finally(() => vault.close());
}

function archiveOf({ dataSource }: TestDatabase, keys = keyRing): TypeOrmArchive {
  return new TypeOrmArchive(dataSource, keys);
}

/** Nothing was written: no row is there, and the archive was not even read a second time, which is when a restore writes. */
async function expectRefusal(bytes: Uint8Array, code: ErrorCode | RegExp, keys = keyRing): Promise<void> {
  const source = sourceOf(bytes);
  const failure = await archiveOf(target, keys)
    .restore(source)
    .catch((error: unknown) => error);
  expect(MaestroError.is(failure) ? failure.code : failure).toMatch(code);
  expect(source.reads()).toBeLessThanOrEqual(1);
  expect(await openedSessions(target.dataSource, keyRing)).toEqual([]);
}

describe('a backup', () => {
  it('brings every session back into a new database, opened the same to the last character', () =>
    withNewVault(async (vault) => {
      const outcome = await archiveOf(vault).restore(sourceOf(archive));

      expect(outcome.rows).toEqual({
        ...{ saved_authentications: 500, session_tombstones: 1, login_consents: 0 },
        ...{ contexts: 0, context_chunks: 0, callers: 0, caller_grants: 0, caller_defaults: 0, usage_hours: 0 },
        ...{ audit_events: 3, audit_head: 1 },
      });
      expect(await openedSessions(vault.dataSource, keyRing)).toEqual(await openedSessions(origin.dataSource, keyRing));
      expect(await vault.dataSource.query('select id, name from session_tombstones')).toEqual([{ id: tombstone.id, name: 'gone' }]);
      expect(withoutWhatRestoringChanges(await backedUp(archiveOf(vault)))).toEqual(withoutWhatRestoringChanges(archive));
      tellFigure('T40', `${String(outcome.rows['saved_authentications'])} sessions backed up and restored: opened the same`);
    }));

  it('tells what it holds and which keys it needs, the same when it is made and when it is verified', async () => {
    const pieces: Uint8Array[] = [];
    const sink = { write: async (bytes: Uint8Array): Promise<void> => void pieces.push(bytes) };
    const made = await archiveOf(origin).backup(sink);

    const verified = await archiveOf(target).verify(sourceOf(Buffer.concat(pieces)));

    expect(verified).toEqual(made);
    expect(made).toMatchObject({ keyIds: ['new', 'old'], unreadable: [] });
    expect(made.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await openedSessions(target.dataSource, keyRing)).toEqual([]);
  });

  it('holds no secret and no key, in any form that they could take', async () => {
    const forms = [Buffer.from(canary), oldKey, newKey].flatMap((secret) => [
      secret,
      Buffer.from(secret.toString('hex')),
      Buffer.from(secret.toString('base64').slice(0, -4)),
      Buffer.from(secret.toString('base64url').slice(0, -4)),
    ]);
    expect(archive.includes('session_17')).toBe(true);
    expect(forms.filter((form) => archive.includes(form))).toEqual([]);
  });

  it('is of one moment, whatever is written while it is made', async () => {
    let isWritten = false;
    const pieces: Uint8Array[] = [];
    await archiveOf(origin).backup({
      async write(bytes) {
        pieces.push(bytes);
        if (isWritten) return;
        isWritten = true;
        await origin.dataSource.query(`update saved_authentications set label = 'meanwhile'`);
        await putRows(origin.dataSource, 'session_tombstones', [{ ...tombstone, id: randomUUID() }]);
      },
    });
    await origin.dataSource.query(`update saved_authentications set label = null`);
    await origin.dataSource.query(`delete from session_tombstones where id <> $1`, [tombstone.id]);

    const text = Buffer.concat(pieces).toString();
    expect(text).not.toContain('meanwhile');
    expect(text).toContain('{"table":"session_tombstones","rows":1}');
  });

  it('reports how far it is, table by table', async () => {
    const told: ArchiveProgress[] = [];
    const onProgress = (progress: ArchiveProgress): void => void told.push(progress);

    await archiveOf(origin).backup({ write: async () => undefined }, { onProgress });

    const ofSessions = told.filter(({ step }) => step === 'backup saved_authentications');
    expect(ofSessions.map(({ done, total }) => [done, total])).toEqual([
      [200, 500],
      [400, 500],
      [500, 500],
    ]);
  });

  it('ends between two batches when it is called off', async () => {
    const backup = archiveOf(origin).backup({ write: async () => undefined }, { signal: AbortSignal.abort() });
    await expect(backup).rejects.toMatchObject({
      code: 'request.cancelled',
    });
  });

  it('takes a session whose secret does not open as it is, and names it', async () => {
    const damaged = sessions[1]?.id;
    const [row] = await origin.dataSource.query<{ credentials: Buffer }[]>('select credentials from saved_authentications where id = $1', [
      damaged,
    ]);
    await origin.dataSource.query(`update saved_authentications set credentials = 'rubbish' where id = $1`, [damaged]);
    const bytes = await backedUp(archiveOf(origin));
    await origin.dataSource.query('update saved_authentications set credentials = $2 where id = $1', [damaged, row?.credentials]);

    await withNewVault(async (vault) => {
      const outcome = await archiveOf(vault).restore(sourceOf(bytes));

      expect(outcome.unreadable).toEqual([damaged]);
      const [kept] = await vault.dataSource.query<unknown[]>(`select credentials from saved_authentications where id = $1`, [damaged]);
      expect(kept).toEqual({ credentials: Buffer.from('rubbish') });
    });
  });

  it('is not made of a database that is not migrated, nor with keys that are not its own', async () => {
    const bare = await emptyDatabase();
    const sink = { write: async () => undefined };
    await expect(archiveOf(bare).backup(sink)).rejects.toMatchObject({ code: 'archive.other-version' });
    await bare.close();

    await expect(archiveOf(origin, aKeyRing('old', 'new')).backup(sink)).rejects.toMatchObject({ code: 'encryption.key-mismatch' });
    await expect(archiveOf(origin, aKeyRing('third')).backup(sink)).rejects.toMatchObject({ code: 'encryption.key-unknown' });
  });

  it('holds every table of the vault, or leaves it out on purpose', async () => {
    const tables = await origin.dataSource.query<{ name: string }[]>(`select tablename as name from pg_tables where schemaname = 'public'`);
    const ofTheDatabase = ['maestro_migrations', 'encryption_keys', 'replicas', 'pending_logins', 'finished_logins'];
    const ofTheseDays = ['refresh_attempts', 'orphaned_grants', 'pending_revocations', 'usage_batches', 'idempotent_requests'];
    const known = new Set([...archivedTables.map(({ name }) => name), ...ofTheDatabase, ...ofTheseDays]);
    expect(tables.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('a restore', () => {
  it('raises each generation, ends each lease and marks logins whose refresh token may be spent', () =>
    withNewVault(async (vault) => {
      const { stale } = await archiveOf(vault).restore(sourceOf(archive));

      const rows = await vault.dataSource.query<Record<string, unknown>[]>(
        'select id, status, status_reason, generation, lease_owner, lease_epoch from saved_authentications',
      );
      const rotating = sessions.filter(({ credentials }) => credentials.authType === 'oauth' && credentials.refreshToken !== undefined);
      expect(stale).toBe(rotating.length);
      const expected = sessions.map((session) => ({
        id: session.id,
        ...expectedStatus(session, rotating.includes(session)),
        ...{ generation: 8, lease_owner: null, lease_epoch: 3 },
      }));
      expect(new Map(rows.map((row) => [row['id'], row]))).toEqual(new Map(expected.map((row) => [row.id, row])));
    }));

  it('goes on with the audit trail where the backup left it, and stands in it', () =>
    withNewVault(async (vault) => {
      const { sha256 } = await archiveOf(vault).restore(sourceOf(archive));

      const trail = new TypeOrmAuditLog(vault.dataSource, keyRing);
      expect(await trail.verify()).toMatchObject({ ok: true, checked: 4 });
      const [last] = await trail.list({ limit: 1 });
      expect(last).toMatchObject({ seq: 4, action: 'vault.restore', target: sha256, actor: 'system' });
    }));

  it('refuses an archive with any bit flipped, before it writes anything', async () => {
    const bytes = smallArchive;
    const lastLine = bytes.lastIndexOf('\n', bytes.length - 2);
    const evenly = Array.from({ length: 160 }, (_, index) => Math.floor((index * bytes.length) / 160));
    const inSignature = Array.from({ length: 40 }, (_, index) => lastLine + Math.floor((index * (bytes.length - lastLine)) / 40));
    const places = [...evenly, ...inSignature];
    for (const [index, at] of places.entries()) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (index % 8));
      await expectRefusal(flipped, /^(archive\.damaged|archive\.other-version|encryption\.key-unknown)$/);
    }
    await expect(archiveOf(target).verify(sourceOf(bytes))).resolves.toMatchObject({ rows: { saved_authentications: 20 } });
    tellFigure('T40', `a bit flipped at ${String(places.length)} places of an archive: all refused before a write`);
  });

  it('refuses an archive that ends early, wherever, or goes on', async () => {
    const bytes = smallArchive;
    const ends = Array.from(bytes.entries()).flatMap(([at, byte]) => (byte === 0x0a ? [at, at + 1] : []));
    for (const end of [0, 1, ...ends.slice(0, -1)]) await expectRefusal(bytes.subarray(0, end), 'archive.damaged');
    await expectRefusal(Buffer.concat([bytes, Buffer.from('\n')]), 'archive.damaged');
    await expectRefusal(Buffer.alloc(17 * 1024 * 1024, 'x'), 'archive.damaged');
  });

  it('refuses rows that were left out, added or put in another order, though the digest was made anew', async () => {
    const lines = smallArchive.toString().trimEnd().split('\n');
    const rows = lines.slice(2, 22);
    const others = [rows.slice(1), [...rows, rows[0] ?? ''], [...rows].reverse()];
    for (const other of others) await expectRefusal(resealed(lines, other), 'archive.damaged');
  });

  it('refuses what another installation signed, though its key has the same name', async () => {
    const stranger = aKeyRing('new');
    const bytes = await signedArchive({ keys: stranger });
    await expectRefusal(bytes, 'archive.damaged');
  });

  it('refuses without the key that signed, and without one that a row needs, before it writes anything', async () => {
    const empty = await freshDatabase();
    const onlyOld = KeyRing.parse(`old=${oldKey.toString('base64')}`);
    const onlyNew = KeyRing.parse(`new=${newKey.toString('base64')}`);
    for (const [keys, missing] of [[onlyOld, 'new'] as const, [onlyNew, 'old'] as const]) {
      const source = sourceOf(archive);
      const refusal = archiveOf(empty, keys).restore(source);
      await expect(refusal).rejects.toMatchObject({ code: 'encryption.key-unknown', parameters: { keyIds: [missing] } });
      expect(source.reads()).toBe(1);
    }
    expect(await empty.dataSource.query('select 1 from saved_authentications')).toEqual([]);
    await empty.close();
  });

  it('refuses an archive of another schema or another format', async () => {
    await expectRefusal(await signedArchive({ schema: 'SomethingElse1' }), 'archive.other-version');
    await expectRefusal(await signedArchive({ maestroArchive: 2 }), 'archive.other-version');
    await expectRefusal(Buffer.from('{"not":"an archive"}\n'), 'archive.damaged');
  });

  it('writes nothing of an archive with a table that is not here', async () => {
    const bytes = await signedArchive({ table: 'unheard_of' });
    await expect(archiveOf(target).restore(sourceOf(bytes))).rejects.toMatchObject({ code: 'archive.other-version' });
  });

  it('refuses a row that was signed and does not open', async () => {
    const row = { id: randomUUID(), provider: 'whole', auth_type: 'api_key', key_id: 'new', secret_version: 1, credentials: '\\x00' };
    const bytes = await signedArchive({ rows: [JSON.stringify(row)] });
    await expectRefusal(bytes, 'archive.damaged');
  });

  it('goes into an empty vault only', async () => {
    await putRows(target.dataSource, 'session_tombstones', [tombstone]);

    const refusal = archiveOf(target).restore(sourceOf(archive));

    await expect(refusal).rejects.toMatchObject({ code: 'archive.vault-not-empty', parameters: { tables: ['session_tombstones'] } });
    expect(await openedSessions(target.dataSource, keyRing)).toEqual([]);
    await target.dataSource.query('delete from session_tombstones');
  });

  it('takes everything back where the file is another one the second time', async () => {
    const sources = [sourceOf(archive), sourceOf(smallArchive)];
    const source = { open: () => (sources.shift() ?? sourceOf(Buffer.alloc(0))).open() };

    await expect(archiveOf(target).restore(source)).rejects.toMatchObject({ code: 'archive.damaged' });
    expect(await openedSessions(target.dataSource, keyRing)).toEqual([]);
  });

  it('writes nothing where it is called off', async () => {
    const calledOff = new AbortController();
    const onProgress = ({ step, done }: ArchiveProgress): void => {
      if (step === 'restore saved_authentications' && done === 400) calledOff.abort();
    };

    const restore = archiveOf(target).restore(sourceOf(archive), { signal: calledOff.signal, onProgress });

    await expect(restore).rejects.toMatchObject({ code: 'request.cancelled' });
    expect(await openedSessions(target.dataSource, keyRing)).toEqual([]);
  });
});

function expectedStatus({ status }: PlainSession, isStale: boolean): { readonly status: string; readonly status_reason: string | null } {
  if (!isStale || status === 'reauth_required') return { status, status_reason: null };
  return { status: status === 'disabled' ? status : 'needs_attention', status_reason: 'restored_stale' };
}

function withoutWhatRestoringChanges(bytes: Buffer): readonly unknown[] {
  const rows = bytes
    .toString()
    .split('\n')
    .filter((line) => line.includes('"secret_version"'));
  const changed = ['generation', 'lease_owner', 'lease_epoch', 'status', 'status_reason', 'next_refresh_at'];
  return rows.map((line) => Object.fromEntries(Object.entries(JSON.parse(line) as object).filter(([name]) => !changed.includes(name))));
}

/** With a manifest that fits the rows, under the signature of before: all that somebody without our keys can do. */
function resealed(lines: readonly string[], rows: readonly string[]): Buffer {
  const [header = '', , ...rest] = lines;
  const after = rest.slice(20, -2);
  const heading = JSON.stringify({ table: 'saved_authentications', rows: rows.length });
  const content = [header, heading, ...rows, ...after].map((line) => `${line}\n`).join('');
  const manifest: unknown = JSON.parse(rest.at(-2) ?? '');
  const sha256 = createHash('sha256').update(content).digest('hex');
  return Buffer.from(`${content}${JSON.stringify({ ...Object(manifest), sha256 })}\n${rest.at(-1) ?? ''}\n`);
}

interface Forged {
  readonly keys?: KeyRing;
  readonly schema?: string;
  readonly maestroArchive?: number;
  readonly table?: string;
  readonly rows?: readonly string[];
}

/** An archive of our own making: properly signed, whatever it holds. */
async function signedArchive({ keys = keyRing, schema, maestroArchive = 1, table, rows = ['{}'] }: Forged): Promise<Buffer> {
  const here = await target.dataSource.query<{ name: string }[]>('select name from maestro_migrations order by timestamp desc limit 1');
  const pieces: Uint8Array[] = [];
  const writer = new ArchiveWriter({ write: async (bytes) => void pieces.push(bytes) }, keys);
  await writer.begin({ maestroArchive, createdAt: '2026-03-01T09:00:00Z', schema: schema ?? here[0]?.name ?? '' });
  const isOfSessions = table === undefined && rows[0] !== '{}';
  await writer.beginTable({ table: table ?? (isOfSessions ? 'saved_authentications' : 'session_tombstones'), rows: rows.length });
  await writer.addRows(rows);
  await writer.end({ keyIds: ['new'], unreadable: [] });
  return Buffer.concat(pieces);
}
