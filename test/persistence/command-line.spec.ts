import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase } from '../support/postgres.js';

const run = promisify(execFile);
const root = process.cwd();
const commandLine = [
  '--import',
  join(root, 'node_modules/tsx/dist/loader.mjs'),
  join(root, 'node_modules/typeorm/cli.js'),
  '-d',
  'ormconfig.ts',
];

jest.setTimeout(60_000);

describe("TypeORM's command line", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(async () => {
    await database.close();
  });

  it('migrates the database of the environment, and finds nothing more to do', async () => {
    await typeorm('migration:run');

    expect(await database.dataSource.showMigrations()).toBe(false);
    expect(await typeorm('migration:generate', '--check', '/tmp/never-written')).toContain('No changes in database schema were found');
  });

  async function typeorm(...words: readonly string[]): Promise<string> {
    const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: database.url };
    const { stdout } = await run(process.execPath, [...commandLine, ...words], { cwd: root, env });
    return stdout;
  }
});
