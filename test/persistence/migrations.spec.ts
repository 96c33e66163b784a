import type { DataSource } from 'typeorm';

import { createDataSource } from '../../src/persistence/create-data-source.js';
import { migrations } from '../../src/persistence/migrations/migrations.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase, freshDatabase } from '../support/postgres.js';

const chain = [
  'CreateSavedAuthentications1756461037000',
  'AddSessionName1756640328000',
  'BackfillSessionName1756640329000',
  'RequireSessionName1756640330000',
  'SealSessions1795348800000',
  'AddReplicas1795370400000',
  'AddAuditTrail1795435200000',
  'AddLogins1795521600000',
  'AddTokenRefresh1795608000000',
  'AddContexts1795694400000',
  'AddCallers1795780800000',
  'TellOfChanges1795953600000',
  'AddUsage1796040000000',
  'AddIdempotentRequests1796126400000',
];

const row = `'openai', 'oauth', '{}', null, now(), now()`;
const insertRow = `insert into saved_authentications (provider, auth_type, credentials, expires_at, inserted_at, updated_at) values (${row})`;

describe('the migrations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeEach(async () => {
    database = await emptyDatabase();
    dataSource = database.dataSource;
  });
  afterEach(async () => {
    await database.close();
  });

  it('keep their names and their order for ever', () => {
    expect(migrations.slice(0, chain.length).map(({ name }) => name)).toEqual(chain);
  });

  it('leave behind what the entities say, to the name of each constraint', async () => {
    await dataSource.runMigrations();

    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();

    expect(upQueries).toEqual([]);
  });

  it('leave no default on any column', async () => {
    await dataSource.runMigrations();

    const defaults = await dataSource.query(
      `select table_name, column_name from information_schema.columns
        where table_schema = 'public' and table_name <> 'maestro_migrations' and column_default is not null`,
    );

    expect(defaults).toEqual([]);
  });

  it('go down and up again to the same schema, three times', async () => {
    await dataSource.runMigrations();
    const schema = await schemaOf(dataSource);
    for (let round = 0; round < 3; round += 1) {
      for (const _step of chain) await dataSource.undoLastMigration();
      expect(await tablesOf(dataSource)).toEqual(['maestro_migrations']);

      await dataSource.runMigrations();

      expect(await schemaOf(dataSource)).toEqual(schema);
    }
  });

  it('make at each step down the schema that was there before the step up', async () => {
    const schemas: unknown[] = [];
    for (const name of chain) {
      schemas.push(await schemaOf(dataSource));
      await runUpTo(database, name);
    }
    for (const schema of schemas.reverse()) {
      await dataSource.undoLastMigration();
      expect(await schemaOf(dataSource)).toEqual(schema);
    }
  });

  it('run once where eight processes start at the same time', async () => {
    const starters = await Promise.all(Array.from({ length: 8 }, () => createDataSource({ url: database.url })));
    await Promise.all(starters.map((starter) => starter.initialize()));

    const done = await Promise.all(starters.map((starter) => starter.runMigrations()));
    await Promise.all(starters.map((starter) => starter.destroy()));

    expect(done.map(({ length }) => length).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, chain.length]);
  });

  it('give their lock back where a step fails', async () => {
    await dataSource.query('create table saved_authentications (id integer)');

    await expect(dataSource.runMigrations()).rejects.toMatchObject({ code: 'migration.refused' });
    await dataSource.query('drop table saved_authentications');

    await expect(dataSource.runMigrations()).resolves.toHaveLength(chain.length);
  });

  it("adopt the single-session system's table as it is", async () => {
    await runUpTo(database, chain[0]);
    await dataSource.query('drop table maestro_migrations');

    await expect(dataSource.runMigrations()).resolves.toHaveLength(chain.length);
  });

  it('refuse a table of that name which is something else, and say what it has', async () => {
    await dataSource.query('create table saved_authentications (id integer, owner text)');

    await expect(dataSource.runMigrations()).rejects.toMatchObject({
      code: 'migration.refused',
      message: 'there is a table saved_authentications that Maestro does not know (id int4, owner text); nothing was changed',
    });
  });

  it('name the rows that had none, and keep a name that is there', async () => {
    await runUpTo(database, chain[1]);
    await dataSource.query(insertRow);
    await dataSource.query(insertRow.replace('oauth', 'api_key'));
    await dataSource.query(`update saved_authentications set name = 'mine' where auth_type = 'api_key'`);

    await runUpTo(database, chain[3]);

    const rows = await dataSource.query('select auth_type, name from saved_authentications order by auth_type');
    expect(rows).toEqual([
      { auth_type: 'api_key', name: 'mine' },
      { auth_type: 'oauth', name: 'default_openai_oauth' },
    ]);
  });

  it('want the keys before the first row is touched', async () => {
    await runUpTo(database, chain[0]);
    await dataSource.query(insertRow);

    await expect(dataSource.runMigrations()).rejects.toMatchObject({
      code: 'migration.refused',
      message: expect.stringMatching(/no encryption keys were given.* nothing was changed/),
    });

    expect(await dataSource.query('select name from maestro_migrations')).toEqual([{ name: chain[0] }]);
  });

  it('refuse a database that a newer version has migrated', async () => {
    await dataSource.runMigrations();
    await dataSource.query(`insert into maestro_migrations (timestamp, name) values (1900000000000, 'FromTheFuture1900000000000')`);

    await expect(dataSource.runMigrations()).rejects.toMatchObject({
      code: 'migration.refused',
      message: expect.stringContaining('FromTheFuture1900000000000'),
    });
  });
});

describe('the table of sessions', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(async () => {
    await database.close();
  });

  it.each([
    ['ab', 'name_length'],
    ['x'.repeat(51), 'name_length'],
    ['a b', 'name_format'],
    ['work\n', 'name_format'],
    ['\nwork', 'name_format'],
    ['wörk', 'name_format'],
    ['work😀', 'name_format'],
    ['0F9D3C9E-7c1b-4c89-9d2a-6f1f3f0f6a51', 'name_not_uuid'],
  ])('refuses the name %j by itself', async (name, constraint) => {
    await expect(insert(database.dataSource, { name })).rejects.toMatchObject({
      driverError: { constraint: `saved_authentications_${constraint}` },
    });
  });

  it('refuses a state, an auth type and a counter that do not exist', async () => {
    await expect(insert(database.dataSource, { status: 'refreshing' })).rejects.toThrow(/saved_authentications_status/);
    await expect(insert(database.dataSource, { auth_type: 'password' })).rejects.toThrow(/saved_authentications_auth_type/);
    await expect(insert(database.dataSource, { generation: 0 })).rejects.toThrow(/saved_authentications_counters/);
  });

  it('refuses a name that is there in other letters, and takes it for the other auth type', async () => {
    await insert(database.dataSource, { name: 'Work' });

    await expect(insert(database.dataSource, { name: 'wORK' })).rejects.toThrow(/provider_auth_type_lower_name_index/);
    await insert(database.dataSource, { name: 'work', auth_type: 'oauth' });
  });

  it('refuses a row without a name', async () => {
    await expect(insert(database.dataSource, { name: null })).rejects.toThrow(/null value in column "name"/);
  });
});

async function insert(dataSource: DataSource, values: Readonly<Record<string, unknown>>): Promise<void> {
  const whole: Record<string, unknown> = {
    id: crypto.randomUUID(),
    provider: 'openai',
    auth_type: 'api_key',
    name: 'name',
    credentials: Buffer.of(1),
    key_id: 'k',
    secret_version: 1,
    generation: 1,
    status: 'active',
    lease_epoch: 0,
    refresh_failures: 0,
    created_at: new Date(),
    updated_at: new Date(),
    ...values,
  };
  const names = Object.keys(whole);
  const places = names.map((_name, index) => `$${String(index + 1)}`);
  await dataSource.query(`insert into saved_authentications (${names.join(', ')}) values (${places.join(', ')})`, Object.values(whole));
}

/** Runs the chain up to and with the named step. */
async function runUpTo({ url }: TestDatabase, last: string | undefined): Promise<void> {
  const dataSource = await createDataSource({ url });
  const upTo = migrations.slice(0, migrations.findIndex(({ name }) => name === last) + 1);
  dataSource.setOptions({ migrations: upTo });
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
}

async function tablesOf(dataSource: DataSource): Promise<readonly string[]> {
  const rows = await dataSource.query<{ name: string }[]>(`select tablename as name from pg_tables where schemaname = 'public' order by 1`);
  return rows.map(({ name }) => name);
}

/** Columns, indexes and constraints of our tables, without the order of columns. */
async function schemaOf(dataSource: DataSource): Promise<unknown> {
  return dataSource.query(`
    select 'column' as kind, table_name || '.' || column_name as name,
           concat_ws(' ', udt_name, character_maximum_length, datetime_precision, is_nullable, column_default) as definition
      from information_schema.columns where table_schema = 'public' and table_name <> 'maestro_migrations'
    union all
    select 'index', indexname, indexdef from pg_indexes where schemaname = 'public' and tablename <> 'maestro_migrations'
    union all
    select 'constraint', conname, pg_get_constraintdef(oid) from pg_constraint
     where connamespace = 'public'::regnamespace and conrelid::regclass::text <> 'maestro_migrations'
    order by 1, 2`);
}
