import { randomBytes } from 'node:crypto';

import type { BuiltToolRun } from '../support/built-tool.js';
import { runBuiltTool } from '../support/built-tool.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase } from '../support/postgres.js';

jest.setTimeout(120_000);

const keys = `test=${randomBytes(32).toString('base64')}`;

describe('the built tool, over a database that is not migrated', () => {
  let database: TestDatabase;
  const tool = (...args: readonly string[]): Promise<BuiltToolRun> =>
    runBuiltTool(args, { env: { DATABASE_URL: database.url, MAESTRO_ENCRYPTION_KEYS: keys } });
  const tables = async (): Promise<readonly string[]> => {
    const rows = await database.dataSource.query<readonly { name: string }[]>(
      "select tablename as name from pg_tables where schemaname = 'public' order by 1",
    );
    return rows.map(({ name }) => name);
  };

  beforeEach(async () => {
    database = await emptyDatabase();
  });

  afterEach(async () => {
    await database.close();
  });

  it('tells what there is to do, changing nothing, and does it when told', async () => {
    const status = await tool('migrate', 'status');
    expect(status).toMatchObject({ exitCode: 0, errors: '' });
    expect(status.output).toMatch(/^(pending {2}\w+\n)+$/);
    expect(await tool('migrate', 'plan')).toMatchObject({ exitCode: 0 });
    expect(await tables()).toEqual([]);

    const up = await tool('migrate', 'up');
    expect(up.exitCode).toBe(0);
    expect(up.output).toMatch(/^(done {2}\w+\n)+$/);
    expect((await tool('migrate', 'status')).output).toMatch(/^(applied {2}\w+\n)+$/);
    expect(await tool('migrate', 'up')).toMatchObject({ exitCode: 0, output: 'nothing to do\n' });
  });

  it('makes an empty one ready for the first command that needs it', async () => {
    expect(await tool('sessions', 'list')).toMatchObject({ exitCode: 0, errors: '' });
    expect(await tables()).toContain('saved_authentications');
  });

  it('refuses to work on rows of an older version', async () => {
    expect(await tool('migrate', 'up')).toMatchObject({ exitCode: 0 });
    await database.dataSource.query(`delete from maestro_migrations where timestamp = (select max(timestamp) from maestro_migrations)`);
    const refused = await tool('sessions', 'list', '--json');
    expect(JSON.parse(refused.errors)).toMatchObject({ code: 'migration.pending' });
    expect(refused).toMatchObject({ exitCode: 78, output: '' });
  });
});
