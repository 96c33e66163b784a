import { randomBytes } from 'node:crypto';

import { Client } from 'pg';
import type { DataSource } from 'typeorm';

import { createDataSource } from '../../src/persistence/create-data-source.js';
import { findBinaries } from '../../src/persistence/local-postgres/binaries.js';
import { underLock } from '../../src/persistence/local-postgres/folder-lock.js';
import { majorOf, prepareFolders } from '../../src/persistence/local-postgres/folders.js';
import { makeCluster, role, runningServer } from '../../src/persistence/local-postgres/server.js';

/** A database of its own for one test file or one test. */
export interface TestDatabase {
  /** As DATABASE_URL. */
  readonly url: string;
  /** Initialised; migrated where it came from `freshDatabase`. */
  readonly dataSource: DataSource;
  /** Closes the DataSource and drops the database. */
  close(): Promise<void>;
}

/** Safety of the data is of no use here; what the tests kill, they start with settings of their own. */
const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

const template = 'maestro_template';

/** A new, fully migrated database: a copy of one that was migrated once in this run. */
export async function freshDatabase(): Promise<TestDatabase> {
  const server = await testServer();
  await makeTemplate(server);
  return databaseIn(server, template);
}

/** A new database without tables, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return databaseIn(await testServer(), 'template0');
}

interface TestServer {
  readonly host: string;
}

let started: Promise<TestServer> | undefined;

/** The run's own server: started by the file that needs it first, by no means stopped by one, but by the run's teardown. */
async function testServer(): Promise<TestServer> {
  started ??= startServer();
  return started;
}

async function startServer(): Promise<TestServer> {
  const folders = await prepareFolders(testFolder());
  await underLock(folders.run, 60_000, async () => {
    const binaries = await findBinaries(folders.user === undefined ? {} : { user: folders.user });
    if ((await majorOf(folders.cluster)) === undefined) await makeCluster(folders, binaries, quick);
    const client = await runningServer(folders, binaries, quick);
    await client.end();
  });
  return { host: folders.run };
}

function testFolder(): string {
  const folder = process.env['MAESTRO_TEST_POSTGRES'];
  if (folder === undefined) throw new Error('test/support/postgres-setup.mjs did not run');
  return folder;
}

async function databaseIn(server: TestServer, origin: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asOwner(server, `create database ${name} template ${origin}`);
  const url = urlOf(server, name);
  const dataSource = await createDataSource({ url });
  await dataSource.initialize();
  return {
    url,
    dataSource,
    async close() {
      if (dataSource.isInitialized) await dataSource.destroy();
      await asOwner(server, `drop database if exists ${name} with (force)`);
    },
  };
}

async function makeTemplate(server: TestServer): Promise<void> {
  await underLock(server.host, 60_000, async () => {
    const known = await asOwner(server, `select 1 from pg_database where datname = '${template}'`);
    if (known > 0) return;
    const draft = `${template}_draft`;
    await asOwner(server, `drop database if exists ${draft} with (force)`);
    await asOwner(server, `create database ${draft}`);
    const dataSource = await createDataSource({ url: urlOf(server, draft) });
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.destroy();
    await asOwner(server, `alter database ${draft} rename to ${template}`);
  });
}

/** The number of rows that the statement told. */
async function asOwner({ host }: TestServer, statement: string): Promise<number> {
  const client = new Client({ host, user: role, database: 'postgres', ssl: false });
  await client.connect();
  try {
    const { rowCount } = await client.query(statement);
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}

function urlOf({ host }: TestServer, database: string): string {
  return `postgres://${role}@${encodeURIComponent(host)}:5432/${database}`;
}
