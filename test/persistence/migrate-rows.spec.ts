import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DataSource } from 'typeorm';

import { defaultSessionName } from '../../src/contracts/default-session-name.js';
import { credentialsFromText } from '../../src/contracts/credentials.js';
import { Secret } from '../../src/contracts/secret.js';
import { createDataSource } from '../../src/persistence/create-data-source.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { migrations as chain } from '../../src/persistence/migrations/migrations.js';
import { migrateUp } from '../../src/persistence/run-migrations.js';
import { TypeOrmMigrations } from '../../src/persistence/typeorm-migrations.js';
import { aKeyText, canary, fillOrigin, keyRing, openedRows, originOf, originTable, plainRows } from '../support/origin-table.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';

const usualRows = 5000;
const nastyRows = 14;

describe("a single-session system's table", () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let migrations: TypeOrmMigrations;
  beforeEach(async () => {
    database = await emptyDatabase();
    dataSource = database.dataSource;
    migrations = new TypeOrmMigrations(dataSource, keyRing);
  });
  afterEach(async () => {
    await database.close();
  });

  it('comes up with every row, to the letter, under its own key, and lies nowhere in clear', async () => {
    await fillOrigin(dataSource, usualRows);
    await dataSource.query('analyze saved_authentications');
    const before = await plainRows(dataSource);
    const told: number[] = [];

    const began = performance.now();
    const { steps } = await migrations.up({ onProgress: ({ done }) => told.push(done) });
    tellFigure('T18', `migrate up: ${String(before.length)} rows in ${String(Math.round(performance.now() - began))} ms`);

    expect(steps).toEqual(chain.map(({ name }) => name));
    expect(before).toHaveLength(usualRows + nastyRows);
    expect(await originOf(dataSource)).toEqual(before);
    expect(told.at(-1)).toBe(before.length);
    expect(await filesWith(dataSource, canary)).toEqual([]);
  });

  it('lies in clear neither where the planner keeps samples of it', async () => {
    await fillOrigin(dataSource, 2);
    await dataSource.query('analyze saved_authentications');
    expect(await filesWith(dataSource, canary)).not.toEqual([]);

    await migrations.up();

    expect(await filesWith(dataSource, canary)).toEqual([]);
  });

  it('waits for a transaction that may still look at those samples', async () => {
    await fillOrigin(dataSource, 2);
    await dataSource.query('analyze saved_authentications');
    const looking = dataSource.createQueryRunner();
    await looking.query('begin transaction isolation level repeatable read');
    await looking.query('select pg_current_snapshot()');
    const ending = setTimeout(() => void looking.query('rollback'), 1500);

    await migrations.up();

    expect(await filesWith(dataSource, canary)).toEqual([]);
    clearTimeout(ending);
    await looking.release();
  });

  it('has its rows named, its credentials readable, and what cannot serve marked', async () => {
    await fillOrigin(dataSource, 2);

    await migrations.up();

    const rows = await openedRows(dataSource);
    for (const { provider, auth_type, name } of rows) expect(name).toBe(defaultSessionName(provider, auth_type));
    const attention = rows.filter(({ row }) => row['status'] === 'needs_attention').map(({ provider }) => provider);
    expect(attention).toEqual(['array', 'empty', "it's; drop table", 'nothing', 'number', 'scalar']);
    const read = (provider: string): unknown => credentialsFromText(Secret.of(rows.find((row) => row.provider === provider)?.secret ?? ''));
    expect(read('nested')).toMatchObject({ authType: 'api_key', extra: { organization_id: 'org' } });
    expect(read('My Provider! ünïcode 🚀')).toMatchObject({ scopes: ['a', 'b', 'c'], tokenType: 'Bearer' });
    expect(rows.find(({ provider }) => provider === 'y'.repeat(40))?.row['secret_hint']).toBe('in-y');
    expect(rows.every(({ row }) => row['generation'] === 1 && row['secret_version'] === 1)).toBe(true);
  });

  it('leaves no default on any column, and takes no row without a name', async () => {
    await fillOrigin(dataSource, 1);
    await dataSource.query(`alter table saved_authentications add column name varchar(255) not null default 'default'`);
    await dataSource.query(`alter table saved_authentications add constraint name_length check (length(name) > 2)`);

    await migrations.up();

    const defaults = await dataSource.query(
      `select column_name from information_schema.columns where table_name = 'saved_authentications' and column_default is not null`,
    );
    expect(defaults).toEqual([]);
    const names = new Set((await openedRows(dataSource)).map(({ name }) => name));
    expect(names).toEqual(new Set(['default']));
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries).toEqual([]);
  });

  it('has its plan printed, before a row is touched', async () => {
    await fillOrigin(dataSource, 10);
    await dataSource.query('drop index saved_authentications_provider_auth_type_index');
    await dataSource.query('alter table saved_authentications add column name text');
    await insert(dataSource, `('p', 'api_key', '{"api_key": "x"}', now(), now() + interval '1 day', null)`);
    await insert(dataSource, `('p', 'api_key', '{"api_key": "x"}', now(), now(), 'mine')`);
    await insert(dataSource, `('provider-1', 'api_key', '{"api_key": "x"}', now(), now(), 'Default_provider-1_api_key')`);
    const before = await plainRows(dataSource);

    const plan = await migrations.plan();

    expect(plan).toMatchObject({ direction: 'up', rows: 27, toName: 25, toSeal: 27, toPark: 0, toRestore: 0, problems: [] });
    expect(Object.fromEntries(plan.notes.map(({ code, rows }) => [code, rows]))).toEqual({
      'provider-id-unusual': 6,
      'name-shortened': 4,
      'credentials-incomplete': 6,
      'duplicate-pair': 1,
      'name-present': 2,
      'default-name-taken': 1,
    });
    expect(await plainRows(dataSource)).toEqual(before);

    await migrations.up();

    const names = (await openedRows(dataSource)).filter(({ provider }) => provider === 'p').map(({ name }) => name);
    expect(names).toEqual(['default_p_api_key', 'default_p_api_key_2', 'mine']);
    const numbered = (await openedRows(dataSource)).filter(
      ({ provider, auth_type }) => provider === 'provider-1' && auth_type === 'api_key',
    );
    expect(numbered.map(({ name }) => name)).toEqual(['Default_provider-1_api_key', 'default_provider-1_api_key_2']);
  });

  it.each([
    ['value-missing', `(null, 'oauth', '{}', now(), now(), null)`],
    ['value-missing', `('p1', null, '{}', now(), now(), null)`],
    ['value-missing', `('p1', 'oauth', null, now(), now(), null)`],
    ['value-missing', `('p1', 'oauth', '{}', now(), null, null)`],
    ['auth-type-unknown', `('p1', 'password', '{}', now(), now(), null)`],
    ['time-infinite', `('p1', 'oauth', '{}', now(), 'infinity', null)`],
    ['name-invalid', `('p1', 'oauth', '{}', now(), now(), 'no name')`],
    ['name-twice', `('p1', 'oauth', '{}', now(), now(), 'work'), ('p1', 'oauth', '{}', now(), now(), 'WORK')`],
    ['sealed-form-damaged', `('p1', 'oauth', '{"sealed": "?", "id": 1, "version": 1, "row": {}}', now(), now(), null)`],
  ])('is refused whole where somebody has to decide: %s in %s', async (code, row) => {
    await fillOrigin(dataSource, 2);
    await dataSource.query('alter table saved_authentications add column name text');
    for (const column of ['provider', 'auth_type', 'credentials', 'inserted_at', 'updated_at']) {
      await dataSource.query(`alter table saved_authentications alter column ${column} drop not null`);
    }
    await dataSource.query('drop index saved_authentications_provider_auth_type_index');
    await insert(dataSource, row);

    const { problems } = await migrations.plan();
    const refusal = migrations.up();

    await expect(refusal).rejects.toMatchObject({
      code: 'migration.refused',
      message: expect.stringMatching(/nothing was changed:\n- .* \(17.*\)\nsee them all with: maestro migrate plan/),
    });
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(await dataSource.query(`select to_regclass('maestro_migrations') as found`)).toEqual([{ found: null }]);
  });

  it('is refused where others point at it', async () => {
    for (const statement of originTable) await dataSource.query(statement);
    await dataSource.query('create table agents (auth_id bigint references saved_authentications (id))');
    await dataSource.query('create view keys as select credentials from saved_authentications');

    await expect(migrations.up()).rejects.toThrow(/1 are foreign keys .* \(agents\.agents_auth_id_fkey\)\n- 1 are views .* \(keys\)/s);
  });

  it('is left alone where its sealed rows want another key', async () => {
    await fillOrigin(dataSource, 1);
    await migrations.up();
    await downToOrigin(dataSource, migrations);
    const other = KeyRing.parse(aKeyText('k2'));

    await expect(new TypeOrmMigrations(dataSource, other).up()).rejects.toMatchObject({ code: 'encryption.key-unknown' });

    await expect(migrations.up()).resolves.toMatchObject({ steps: expect.arrayContaining(['SealSessions1795348800000']) });
  });

  it('is migrated once where four start at the same time', async () => {
    await fillOrigin(dataSource, 500);
    const before = await plainRows(dataSource);
    const starters = await Promise.all(Array.from({ length: 4 }, () => createDataSource({ url: database.url })));
    await Promise.all(starters.map((starter) => starter.initialize()));

    const done = await Promise.all(starters.map((starter) => new TypeOrmMigrations(starter, keyRing).up()));
    await Promise.all(starters.map((starter) => starter.destroy()));

    expect(done.map(({ steps }) => steps.length).sort()).toEqual([0, 0, 0, chain.length]);
    expect(await originOf(dataSource)).toEqual(before);
  });

  it('is migrated by the command line of TypeORM as well, up and down', async () => {
    await fillOrigin(dataSource, 2);
    const before = await plainRows(dataSource);
    const commandLine = await createDataSource({ url: database.url }, keyRing);
    await commandLine.initialize();

    await expect(commandLine.runMigrations()).resolves.toHaveLength(chain.length);
    expect(await originOf(dataSource)).toEqual(before);
    await commandLine.undoLastMigration();

    expect((await migrations.status()).steps.filter(({ isApplied }) => !isApplied)).toHaveLength(1);
    await commandLine.destroy();
  });

  it('is waited for while another process migrates, as long as the caller likes', async () => {
    const holder = dataSource.createQueryRunner();
    await holder.query('select pg_advisory_lock(1836283000, 1)');

    await expect(migrations.up({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'request.cancelled' });
    const waiting = migrations.up({ signal: new AbortController().signal });
    await holder.query('select pg_advisory_unlock(1836283000, 1)');

    await expect(waiting).resolves.toMatchObject({ steps: expect.any(Array) });
    await holder.release();
  });

  it('is told as a database that is away where it is', async () => {
    const stranger = await createDataSource({ url: database.url.replace(/[^/]+$/, 'not-there') });

    await expect(new TypeOrmMigrations(stranger, keyRing).status()).rejects.toThrow();
    await expect(new TypeOrmMigrations(stranger, keyRing).up()).rejects.toThrow();
  });

  it('takes what is written while it is sealed', async () => {
    await fillOrigin(dataSource, 1200);
    const writer = await createDataSource({ url: database.url });
    await writer.initialize();
    const writes: Promise<unknown>[] = [];
    const write = (text: string): void => void writes.push(writer.query(text));

    await migrations.up({
      onProgress: ({ done }) => {
        if (done !== 500) return;
        write(`update saved_authentications set credentials = '{"api_key": "written later"}' where provider = 'provider-1'`);
        write(`insert into saved_authentications (provider, auth_type, credentials, inserted_at, updated_at, name)
          values ('new', 'oauth', '{"access_token": "new"}', now(), now(), 'new')`);
        write(`delete from saved_authentications where provider = 'provider-2'`);
      },
    });
    await Promise.all(writes);
    await writer.destroy();

    const rows = await openedRows(dataSource);
    expect(rows.filter(({ provider }) => provider === 'provider-1').map(({ secret }) => secret)).toEqual([
      expect.stringContaining('written later'),
      expect.stringContaining('written later'),
    ]);
    expect(rows.some(({ provider }) => provider === 'new')).toBe(true);
    expect(rows.some(({ provider }) => provider === 'provider-2')).toBe(false);
  });

  it('is left to who uses it, and says so after some tries', async () => {
    await fillOrigin(dataSource, 1);
    const user = await createDataSource({ url: database.url });
    await user.initialize();
    const holder = user.createQueryRunner();
    await holder.query('begin');
    await holder.query('lock table saved_authentications in access share mode');

    const attempt = migrateUp(dataSource, { keyRing, patience: { timeoutMs: 20, attempts: 3, pauseMs: 1 } });

    await expect(attempt).rejects.toMatchObject({ code: 'migration.refused', message: expect.stringContaining('in use by somebody else') });
    await holder.query('rollback');
    await holder.release();
    await user.destroy();
    await expect(migrations.up()).resolves.toMatchObject({ steps: expect.any(Array) });
  });
});

async function downToOrigin(dataSource: DataSource, migrations: TypeOrmMigrations): Promise<void> {
  const isSealed = `select 1 from information_schema.columns where table_name = 'saved_authentications' and column_name = 'key_id'`;
  while ((await dataSource.query<unknown[]>(isSealed)).length > 0) await migrations.down();
}

async function insert(dataSource: DataSource, values: string): Promise<void> {
  await dataSource.query(
    `insert into saved_authentications (provider, auth_type, credentials, inserted_at, updated_at, name) values ${values}`,
  );
}

/** Files of this database (tables, indexes, TOAST, catalogues) that hold the text; not the log of writes, which is the cluster's. */
async function filesWith(dataSource: DataSource, text: string): Promise<readonly string[]> {
  await dataSource.query('checkpoint');
  const [place] = await dataSource.query<{ folder: string }[]>(
    `select current_setting('data_directory') || '/base/' || oid as folder from pg_database where datname = current_database()`,
  );
  const folder = place?.folder ?? '';
  const found: string[] = [];
  for (const file of await readdir(folder)) {
    if ((await readFile(join(folder, file))).includes(text)) found.push(file);
  }
  return found;
}
