import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { recordKeys, verifyKeys } from '../../src/persistence/encryption/sentinel.js';
import { openDatabase, prepareDatabase } from '../../src/persistence/open-database.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase } from '../support/postgres.js';
import { aKey, insertSealed } from '../support/rotation.js';

describe('the keys of a database', () => {
  let database: TestDatabase;
  const oldKey = aKey();
  const newKey = aKey();
  beforeEach(async () => {
    database = await emptyDatabase();
    await prepareDatabase(database.dataSource, KeyRing.parse(`old=${oldKey}`));
  });
  afterEach(async () => {
    await database.close();
  });

  it('are known at the next start, alone and among others', async () => {
    await expect(verifyKeys(database.dataSource, KeyRing.parse(`old=${oldKey}`))).resolves.toBeUndefined();
    await expect(prepareDatabase(database.dataSource, KeyRing.parse(`new=${newKey},old=${oldKey}`, 'new'))).resolves.toBeUndefined();
    expect(await sentinels()).toEqual(['new', 'old']);
  });

  it('are refused under the same name with other bytes, and nothing is written', async () => {
    const before = await everything();

    await expect(openDatabase({ url: database.url }, KeyRing.parse(`old=${newKey},third=${aKey()}`, 'third'))).rejects.toMatchObject({
      code: 'encryption.key-mismatch',
      message: expect.stringMatching(/^encryption key "old" is not the one .* nothing was written$/),
    });

    expect(await everything()).toEqual(before);
  });

  it('must hold every key that a row is sealed with, and nothing is written where one lacks', async () => {
    await insertSealed(database.dataSource, KeyRing.parse(`old=${oldKey}`), 1);
    const before = await everything();

    await expect(openDatabase({ url: database.url }, KeyRing.parse(`new=${newKey}`))).rejects.toMatchObject({
      code: 'encryption.key-unknown',
      parameters: { keyIds: ['old'] },
    });

    expect(await everything()).toEqual(before);
  });

  it('may leave out a key that no row is sealed with any more', async () => {
    await expect(prepareDatabase(database.dataSource, KeyRing.parse(`new=${newKey}`))).resolves.toBeUndefined();
  });

  it('stop the start before a migration, too', async () => {
    while ((await applied()).includes('SealSessions1795348800000')) await database.dataSource.undoLastMigration();
    await database.dataSource.query(`update encryption_keys set sentinel = '\\x00'`);

    await expect(prepareDatabase(database.dataSource, KeyRing.parse(`old=${oldKey}`))).rejects.toMatchObject({
      code: 'encryption.key-mismatch',
    });

    expect(await database.dataSource.showMigrations()).toBe(true);
  });

  it('are told apart where two processes bring different ones under one name at the same time', async () => {
    const rings = [KeyRing.parse(`new=${newKey}`), KeyRing.parse(`new=${aKey()}`)];

    const outcomes = await Promise.allSettled(rings.map((ring) => recordKeys(database.dataSource, ring)));

    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  async function applied(): Promise<readonly string[]> {
    const rows = await database.dataSource.query<{ name: string }[]>('select name from maestro_migrations');
    return rows.map(({ name }) => name);
  }

  async function sentinels(): Promise<readonly string[]> {
    const rows = await database.dataSource.query<{ key_id: string }[]>('select key_id from encryption_keys order by key_id');
    return rows.map(({ key_id }) => key_id);
  }

  async function everything(): Promise<unknown> {
    const tables = ['saved_authentications', 'session_tombstones', 'encryption_keys', 'replicas', 'maestro_migrations'];
    return Promise.all(tables.map((table) => database.dataSource.query(`select * from ${table} order by 1`)));
  }
});

describe('a database that cannot be used', () => {
  const ring = KeyRing.parse(`old=${aKey()}`);

  it('is told apart from one that is away', async () => {
    const database = await emptyDatabase();
    const elsewhere = database.url.replace(/test_\w+$/, 'nowhere');

    await expect(openDatabase({ url: elsewhere }, ring)).rejects.toMatchObject({
      code: 'database.refused',
      message: expect.stringContaining('there is no such database'),
    });
    await expect(openDatabase({ url: 'postgres://u:canary-password@127.0.0.1:1/x' }, ring)).rejects.toMatchObject({
      code: 'database.unavailable',
      message: expect.not.stringContaining('canary'),
    });
    await database.close();
  });
});
