import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Test } from '@nestjs/testing';

import type { KeySettings } from '../../src/persistence/encryption/key-file.js';
import { loadKeys } from '../../src/persistence/encryption/key-file.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { joinReplicas } from '../../src/persistence/encryption/replicas.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { PersistenceModule } from '../../src/persistence/persistence.module.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { aKey, insertSealed } from '../support/rotation.js';
import { tellFigure } from '../support/tell-figure.js';

const oldKey = aKey();
const newKey = aKey();
const both = `old=${oldKey},new=${newKey}`;

/** Hand-made; what each start is given, and the code that it is refused with. */
const cases: readonly (readonly [string, KeySettings, string])[] = [
  ['no key', {}, 'encryption.key-invalid'],
  ['a blank for a key', { keys: '  ' }, 'encryption.key-invalid'],
  ['a short key', { keys: `old=${Buffer.from(oldKey, 'base64').subarray(0, 16).toString('base64')}` }, 'encryption.key-invalid'],
  [
    'a long key',
    { keys: `old=${Buffer.concat([Buffer.from(oldKey, 'base64'), Buffer.of(1)]).toString('base64')}` },
    'encryption.key-invalid',
  ],
  ['a password', { keys: 'old=change-me-to-something-very-secret' }, 'encryption.key-invalid'],
  ['the series of the manuals', { keys: `old=${Buffer.from([...Array(32).keys()]).toString('base64')}` }, 'encryption.key-invalid'],
  ['zeros', { keys: `old=${Buffer.alloc(32).toString('hex')}` }, 'encryption.key-invalid'],
  ['half a key, twice', { keys: `old=${'feffe9928665731c6d6a8f9467308308'.repeat(2)}` }, 'encryption.key-invalid'],
  ['a published key', { keys: 'old=603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4' }, 'encryption.key-invalid'],
  ['one key under two names', { keys: `old=${oldKey},new=${oldKey}`, primary: 'old' }, 'encryption.key-invalid'],
  ['one name for two keys', { keys: `old=${oldKey},old=${newKey}`, primary: 'old' }, 'encryption.key-invalid'],
  ['two keys and no primary', { keys: both }, 'encryption.key-invalid'],
  ['a primary that is not among the keys', { keys: both, primary: 'other' }, 'encryption.key-invalid'],
  ['another key under a known name', { keys: `old=${newKey}` }, 'encryption.key-mismatch'],
  ['keys without the one that rows need', { keys: `third=${aKey()}` }, 'encryption.key-unknown'],
];

describe('a start is refused, and nothing is written,', () => {
  let refused = 0;
  afterAll(() => {
    tellFigure('T17', `${String(refused)} of ${String(cases.length)} settings refused with their code, 0 rows written`);
  });
  let database: TestDatabase;
  let before: unknown;
  beforeAll(async () => {
    database = await freshDatabase();
    const ring = KeyRing.parse(both, 'old');
    await prepareDatabase(database.dataSource, ring);
    await insertSealed(database.dataSource, ring, 3);
  });
  beforeEach(async () => {
    before = await everything();
  });
  afterAll(async () => {
    await database.close();
  });

  it.each(cases)('with %s', async (_what, settings, code) => {
    await expect(start(settings)).rejects.toMatchObject({ code });

    expect(await everything()).toEqual(before);
    refused += 1;
  });

  it('with a primary that is retired', async () => {
    await database.dataSource.query(`update encryption_keys set retired_at = now() where key_id = 'new'`);
    before = await everything();

    await expect(start({ keys: both, primary: 'new' })).rejects.toMatchObject({ code: 'encryption.key-retired' });

    expect(await everything()).toEqual(before);
    await database.dataSource.query('update encryption_keys set retired_at = null');
  });

  it('with a primary that a running process does not hold', async () => {
    const running = await joinReplicas(database.dataSource, KeyRing.parse(`old=${oldKey}`));
    before = await everything();

    await expect(start({ keys: both, primary: 'new' })).rejects.toMatchObject({ code: 'encryption.key-not-shared' });

    expect(await everything()).toEqual(before);
    await running.leave();
  });

  it('with a key that was never here before and that a running process does not hold', async () => {
    const running = await joinReplicas(database.dataSource, KeyRing.parse(both, 'old'));
    before = await everything();
    const keys = `${both},fresh=${aKey()}`;

    await expect(start({ keys, primary: 'fresh' })).rejects.toMatchObject({ code: 'encryption.key-not-shared' });

    expect(await everything()).toEqual(before);
    await running.leave();
  });

  it('with a key file that others may read, or that holds no key', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'maestro-keys-'));
    const file = join(dataDir, 'encryption-keys.env');
    writeFileSync(file, `MAESTRO_ENCRYPTION_KEYS=old=${oldKey}\n`, { mode: 0o644 });
    await expect(start({ dataDir })).rejects.toMatchObject({ code: 'encryption.key-invalid' });
    rmSync(file);
    writeFileSync(file, '# nothing\n', { mode: 0o600 });
    await expect(start({ dataDir })).rejects.toMatchObject({ code: 'encryption.key-invalid' });

    expect(await everything()).toEqual(before);
    rmSync(dataDir, { recursive: true });
  });

  it('but not with the right keys', async () => {
    await expect(start({ keys: both, primary: 'old' })).resolves.toBeUndefined();
  });

  /** All that comes before the first request. */
  async function start(settings: KeySettings): Promise<void> {
    const { keyRing } = await loadKeys(settings);
    const imports = [PersistenceModule.forRoot({ keyRing, database: { url: database.url } })];
    const application = await Test.createTestingModule({ imports }).compile();
    await application.close();
  }

  async function everything(): Promise<unknown> {
    const tables = [
      'saved_authentications',
      'session_tombstones',
      'encryption_keys',
      'replicas',
      'audit_events',
      'audit_head',
      'maestro_migrations',
    ];
    return Promise.all(tables.map((table) => database.dataSource.query(`select * from ${table} order by 1`)));
  }
});
