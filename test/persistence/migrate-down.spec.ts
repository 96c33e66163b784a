import type { DataSource } from 'typeorm';

import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { TypeOrmMigrations } from '../../src/persistence/typeorm-migrations.js';
import { canary, keyRing, openedRows } from '../support/origin-table.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';
import { fillVault } from '../support/vault-rows.js';

const sealing = 'SealSessions1795348800000';
const naming = 'RequireSessionName1756640330000';

describe('the vault, on its way down', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let migrations: TypeOrmMigrations;
  beforeEach(async () => {
    database = await emptyDatabase();
    dataSource = database.dataSource;
    migrations = new TypeOrmMigrations(dataSource, keyRing);
    await migrations.up();
  });
  afterEach(async () => {
    await database.close();
  });

  it.each([1, 2, 50])('comes up again three times with %i sessions for each pair as it was', async (sessions) => {
    await fillVault(dataSource, sessions);
    const rows = await openedRows(dataSource);
    const beside = await besideTables(dataSource);
    expect(rows).toHaveLength(sessions * 4);

    for (let round = 0; round < 3; round += 1) {
      await allTheWayDown(dataSource, migrations);
      await migrations.up();

      expect(await openedRows(dataSource)).toEqual(rows);
      expect(await besideTables(dataSource)).toEqual(beside);
    }
    expect(await migrations.status()).toMatchObject({ parkedRows: 0, unknownSteps: [] });
    tellFigure('T20', `${String(sessions)} for each of 4 pairs, 3 × down and up: ${String(rows.length)} rows, names and secrets the same`);
  });

  it('opens no secret: below, the credentials are the envelope, the id and the version', async () => {
    await fillVault(dataSource, 2);
    const [row] = await dataSource.query<{ id: string; credentials: Buffer }[]>(
      `select id, credentials from saved_authentications where name = 'session_1' and provider = 'alpha' and auth_type = 'oauth'`,
    );
    await downTo(migrations, sealing);

    const [below] = await dataSource.query(
      `select credentials from saved_authentications where name = 'session_1' and provider = 'alpha' and auth_type = 'oauth'`,
    );
    const [text] = await dataSource.query<{ text: string }[]>(
      `select string_agg(to_jsonb(r)::text, '') as text from saved_authentications r`,
    );

    expect(below).toMatchObject({ credentials: { sealed: row?.credentials.toString('base64'), id: row?.id, version: 3 } });
    expect(text?.text).not.toContain(canary);
  });

  it('puts nothing aside without consent, and says how much it would be', async () => {
    await fillVault(dataSource, 3);
    await downTo(migrations, sealing);
    const before = await dataSource.query('select * from saved_authentications order by id');

    await expect(migrations.plan('down')).resolves.toMatchObject({ direction: 'down', steps: [naming], rows: 12, toPark: 8 });
    await expect(migrations.down()).rejects.toMatchObject({
      code: 'migration.refused',
      message: expect.stringMatching(/^8 sessions have no room .*migrate down --park$/),
    });
    await expect(dataSource.undoLastMigration()).rejects.toMatchObject({ code: 'migration.refused' });

    expect(await dataSource.query('select * from saved_authentications order by id')).toEqual(before);
  });

  it('keeps the default session of a pair, else the one used last, and parks the others with their checksums', async () => {
    await fillVault(dataSource, 3);
    await dataSource.query(
      `update saved_authentications set name = 'default_alpha_oauth' where provider = 'alpha' and auth_type = 'oauth' and name = 'session_1'`,
    );
    await dataSource.query(
      `update saved_authentications set last_used_at = '2027-01-01' where provider = 'alpha' and auth_type = 'api_key' and name = 'session_2'`,
    );

    await downTo(migrations, naming);

    const kept = await dataSource.query(`select auth_type, name from saved_authentications where provider = 'alpha' order by auth_type`);
    expect(kept).toEqual([
      { auth_type: 'api_key', name: 'session_2' },
      { auth_type: 'oauth', name: 'default_alpha_oauth' },
    ]);
    expect(await migrations.status()).toMatchObject({ parkedRows: 8 });
    expect(await migrations.plan()).toMatchObject({ toRestore: 8, toSeal: 0, steps: expect.arrayContaining([naming, sealing]) });
    const sums = await dataSource.query(`select distinct length(row_sha256) as length from saved_authentications_parked`);
    expect(sums).toEqual([{ length: 64 }]);
  });

  it('brings a parked row back under another name where its own was taken meanwhile', async () => {
    await fillVault(dataSource, 2);
    await downTo(migrations, naming);
    const [parked] = await dataSource.query<{ id: string; name: string }[]>(
      `select id, name from saved_authentications_parked where provider = 'alpha' and auth_type = 'oauth'`,
    );
    await dataSource.query(`update saved_authentications set name = upper($1), id = $2 where provider = 'alpha' and auth_type = 'oauth'`, [
      parked?.name,
      parked?.id,
    ]);

    await migrations.up();

    const names = (await openedRows(dataSource)).filter((row) => row.provider === 'alpha' && row.auth_type === 'oauth');
    expect(names.map(({ name }) => name)).toEqual([parked?.name.toUpperCase(), `${parked?.name ?? ''}_restored_1`]);
  });

  it('writes down that a session came back under another name', async () => {
    await fillVault(dataSource, 2);
    await downTo(migrations, naming);
    await dataSource.query(`update saved_authentications set name = (select name from saved_authentications_parked
        where provider = 'alpha' and auth_type = 'oauth') where provider = 'alpha' and auth_type = 'oauth'`);

    await migrations.up();

    const [renamed] = await dataSource.query<{ id: string }[]>(`select id from saved_authentications where name like '%_restored_1'`);
    const trail = new TypeOrmAuditLog(dataSource, keyRing);
    expect(await trail.list({ limit: 10 })).toMatchObject([
      { actor: 'system', action: 'session.change', target: renamed?.id, detail: 'name', outcome: 'done' },
    ]);
    expect(await trail.verify()).toMatchObject({ ok: true, checked: 1 });
    expect(await dataSource.query(`select to_regclass('saved_authentications_renamed') as name`)).toEqual([{ name: null }]);
  });

  it('takes no parked row back that is not what was parked', async () => {
    await fillVault(dataSource, 2);
    await downTo(migrations, naming);
    await dataSource.query(
      `update saved_authentications_parked set updated_at = updated_at + interval '1 second' where provider = 'alpha'`,
    );

    await expect(migrations.up()).rejects.toMatchObject({
      code: 'migration.refused',
      message: '2 rows of saved_authentications_parked were changed since they were parked; nothing was changed',
    });
  });

  it('takes what older code wrote below: new credentials in clear, new times', async () => {
    await fillVault(dataSource, 1);
    const before = await openedRows(dataSource);
    await downTo(migrations, naming);
    await dataSource.query(
      `update saved_authentications set credentials = '{"api_key": "a new key"}' where provider = 'alpha' and auth_type = 'api_key'`,
    );
    await dataSource.query(`update saved_authentications set expires_at = '2040-01-01' where provider = 'beta' and auth_type = 'oauth'`);

    await expect(migrations.plan()).resolves.toMatchObject({ toSeal: 1, toName: 0 });
    await migrations.up();

    const [alphaKey, alphaLogin, betaKey, betaLogin] = await openedRows(dataSource);
    expect(alphaKey).toMatchObject({ secret: expect.stringContaining('a new key'), row: { generation: 1, label: null } });
    expect(alphaLogin).toEqual(before[1]);
    expect(betaKey).toEqual(before[2]);
    expect(betaLogin).toEqual({ ...before[3], row: { ...before[3]?.row, expires_at: '2040-01-01T00:00:00+00:00' } });
  });

  it('has nothing to do where there is nothing below', async () => {
    await allTheWayDown(dataSource, migrations);

    await expect(migrations.down()).resolves.toEqual({ steps: [] });
    await expect(migrations.plan('down')).resolves.toMatchObject({ steps: [], rows: 0, toPark: 0 });
    await expect(migrations.status()).resolves.toMatchObject({ parkedRows: 0 });
  });
});

async function besideTables(dataSource: DataSource): Promise<unknown> {
  return Promise.all([
    dataSource.query('select * from session_tombstones order by id'),
    dataSource.query('select * from encryption_keys order by key_id'),
  ]);
}

/** Down until the named step is undone. */
async function downTo(migrations: TypeOrmMigrations, step: string): Promise<void> {
  for (let done: string | undefined; done !== step;) {
    const { steps } = await migrations.down({ park: true });
    done = steps[0];
    if (done === undefined) throw new Error(`${step} was not applied`);
  }
}

async function allTheWayDown(dataSource: DataSource, migrations: TypeOrmMigrations): Promise<void> {
  while ((await migrations.down({ park: true })).steps.length > 0);
  expect(await dataSource.query('select name from maestro_migrations')).toEqual([]);
}
