import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { constants, gzipSync, inflateRawSync } from 'node:zlib';

import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import type { SealedSecret } from '../../src/contracts/session.js';
import { SessionId } from '../../src/contracts/session.js';
import { SessionName } from '../../src/contracts/session-name.js';
import { TypeOrmArchive } from '../../src/persistence/archive/typeorm-archive.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { TypeOrmKeyRotation } from '../../src/persistence/encryption/typeorm-key-rotation.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { TypeOrmSessionStore } from '../../src/persistence/typeorm-session-store.js';
import { backedUp } from '../support/archived-vault.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';

const openai = ProviderId.parse('openai');
const keyBytes = [randomBytes(32), randomBytes(32)];
const keyText = keyBytes.map((key, index) => `k${String(index + 1)}=${key.toString('base64')}`).join(',');
const keyRing = KeyRing.parse(keyText, 'k1');
const rotated = KeyRing.parse(keyText, 'k2');
const box = new AesGcmSecretBox(keyRing);

/** Packed, and without a file's name in the header (RFC 1952, section 2.3). */
const gzipMark = Buffer.of(0x1f, 0x8b, 0x08, 0);
const gzipHeader = 10;
const isStrict = process.env['MAESTRO_TEST_STRICT'] === '1';

/** Found where the search itself must find something: written to the table in clear. */
const control = `control-${randomUUID()}`;

describe('credentials at rest, sealed, replaced, deleted and moved to another key,', () => {
  let database: TestDatabase;
  /** With what JSON and addresses write in another way. */
  const mark = `canary "ä\\/+&%\n${randomUUID()}`;
  const canaries = Array.from({ length: 100 }, (_, index) => `sk-${String(index)}-${mark}`);
  beforeAll(async () => {
    database = await freshDatabase();
    const { dataSource } = database;
    await prepareDatabase(dataSource, keyRing);
    const store = new TypeOrmSessionStore(dataSource, keyRing);
    for (const [index, canary] of canaries.entries()) {
      const id = SessionId.of(randomUUID());
      const sealed = (version: number): Promise<SealedSecret> =>
        box.seal(Secret.of(JSON.stringify({ authType: 'api_key', apiKey: canary })), {
          table: 'saved_authentications',
          column: 'credentials',
          rowId: id,
          provider: openai,
          authType: 'api_key',
          secretVersion: version,
        });
      const name = SessionName.parse(`session-${String(index)}`);
      await store.insert(
        { id, provider: openai, authType: 'api_key', name, label: control, secret: await sealed(1), secretVersion: 1 },
        { actor: control, action: 'session.create' },
      );
      const change = { secret: await sealed(2), secretVersion: 2, secretHint: null, expiresAt: null, baseUrl: null };
      await store.replaceSecret(id, 1, change, { actor: control, action: 'session.create' });
      if (index % 3 === 0) await store.delete(id, { actor: control, action: 'session.create' });
    }
    await new TypeOrmKeyRotation({ dataSource, keys: rotated, auditLog: new TypeOrmAuditLog(dataSource, rotated) }).rotate();
    await dataSource.query('checkpoint');
  });
  afterAll(async () => {
    await database.close();
  });

  it('are not in what raw SQL tells of any table', async () => {
    const tables = await database.dataSource.query<{ name: string }[]>(
      `select tablename as name from pg_tables where schemaname = 'public'`,
    );
    const rows = await Promise.all(
      tables.map(({ name }) => database.dataSource.query<{ row: string }[]>(`select t::text as row from ${name} t`)),
    );
    const text = rows
      .flat()
      .map(({ row }) => row)
      .join('\n');

    expect(text).toContain(control);
    expect(found(Buffer.from(text))).toEqual([]);
  });

  it('are in no file of the database, the log of its changes and the log of the server included', async () => {
    const [place] = await database.dataSource.query<{ folder: string; data: string }[]>(
      `select oid::text as folder, current_setting('data_directory') as data from pg_database where datname = current_database()`,
    );
    if (place === undefined) throw new Error('no such database');
    const { data, folder } = place;
    // The bases of other tests, which run beside this one, are not ours to look into.
    const isAnothers = (file: string): boolean => file.startsWith(join(data, 'base/')) && !file.startsWith(join(data, 'base', folder));
    const files = [...filesIn(data).filter((file) => !isAnothers(file)), join(data, '..', 'server.log')];

    const hits = files.flatMap((file) => {
      const bytes = contentOf(file);
      return [...found(bytes), ...(bytes.includes(control) ? ['control'] : [])];
    });

    expect(new Set(hits)).toEqual(new Set(['control']));
    tellFigure('T12', `${String(canaries.length)} canaries, ${String(files.length)} files of the database searched: 0 hits`);
  });

  it('are in no archive, packed or not', async () => {
    const archive = await backedUp(new TypeOrmArchive(database.dataSource, rotated));

    expect(archive.includes(control)).toBe(true);
    expect(found(archive)).toEqual([]);
    expect(found(gzipSync(archive))).toEqual([]);
    tellFigure('T12', `${String(canaries.length)} canaries in a backup, packed or not: 0 hits`);
  });

  const dumpTool = binaryNamed('pg_dump');
  const withDump = dumpTool === undefined && !isStrict ? it.skip : it;
  withDump.each([['plain'], ['custom']])('are in no dump that pg_dump makes, in its %s format', (format) => {
    if (dumpTool === undefined) throw new Error('pg_dump is not on this machine; install the client programs of PostgreSQL');
    const dump = execFileSync(dumpTool, ['--compress=0', `--format=${format}`, database.url], { maxBuffer: 64 * 1024 * 1024 });

    expect(dump.includes(control)).toBe(true);
    expect(found(dump)).toEqual([]);
  });

  it('would be found in whatever form', () => {
    const [canary = ''] = canaries;
    const forms = [
      canary,
      JSON.stringify({ text: canary }),
      JSON.stringify({ text: JSON.stringify({ canary }) }),
      encodeURIComponent(canary),
      Buffer.from(canary).toString('hex'),
      ...['', 'x', 'xx'].map((before) => Buffer.from(`${before}${canary}`).toString('base64')),
      Buffer.from(`"${canary}`).toString('base64url'),
      keyText,
      gzipSync(canary),
      Buffer.concat([Buffer.from('before'), gzipSync(JSON.stringify({ canary })), Buffer.from('after')]),
    ];

    for (const form of forms) expect([form, found(Buffer.from(form)).length]).not.toEqual([form, 0]);
  });

  /** The canaries' common mark, and the keys themselves, in the forms that they could take. */
  function found(bytes: Buffer): readonly string[] {
    return [bytes, ...unpacked(bytes)].flatMap(foundIn);
  }

  function foundIn(bytes: Buffer): readonly string[] {
    const written = [
      mark,
      mark.slice(-36),
      JSON.stringify(mark).slice(1, -1),
      JSON.stringify(JSON.stringify(mark)).slice(3, -3),
      encodeURIComponent(mark),
    ];
    const secrets = [...written.map((text) => Buffer.from(text)), ...keyBytes];
    const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret.toString('hex')), ...inBase64(secret)]);
    return forms.filter((form) => bytes.includes(form)).map((form) => form.toString('latin1'));
  }
});

/** In base64 the same bytes look in three ways, after what stands before them; the ends depend on their neighbours. */
function inBase64(secret: Buffer): readonly Buffer[] {
  const texts = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), secret])
      .toString('base64')
      .slice(4, -4),
  );
  const inBothAlphabets = texts.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
  return [...new Set(inBothAlphabets)].map((text) => Buffer.from(text));
}

function binaryNamed(name: string): string | undefined {
  const folders = process.env['PATH']?.split(delimiter) ?? [];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** What is packed with gzip, wherever it begins. */
function unpacked(bytes: Buffer): readonly Buffer[] {
  const packed: Buffer[] = [];
  for (let at = bytes.indexOf(gzipMark); at !== -1; at = bytes.indexOf(gzipMark, at + 1)) {
    try {
      packed.push(
        inflateRawSync(bytes.subarray(at + gzipHeader), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * 1024 * 1024 }),
      );
    } catch {
      // Three bytes that only look like it.
    }
  }
  return packed;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** A file of the log of changes may be renamed meanwhile: other tests write, too. */
function contentOf(file: string): Buffer {
  return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
}
