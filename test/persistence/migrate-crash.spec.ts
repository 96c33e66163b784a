import { cutConnections, dieOnTheWayDown, dieOnTheWayUp, killedProcess } from '../support/migration-crash.js';
import { fillOrigin, originOf, plainRows } from '../support/origin-table.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';

// Every statement, with killed processes: migrate-crash.nightly.spec.ts.
describe('a migration that dies', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(async () => {
    await database.close();
  });

  it('on the way up, converges when it is run again', async () => {
    const deaths = await dieOnTheWayUp(database, cutConnections, 6, 17);
    tellFigure('T19', `up, cut at each 17th statement: ${String(deaths)} deaths, each next run converges`);
    expect(deaths).toBeGreaterThan(6);
  }, 60_000);

  it('on the way down, converges when it is run again', async () => {
    const deaths = await dieOnTheWayDown(database, cutConnections, 29);
    tellFigure('T19', `down, cut at each 29th statement: ${String(deaths)} deaths, each next run converges`);
    expect(deaths).toBeGreaterThan(4);
  }, 60_000);

  it('by SIGKILL in the middle, does too', async () => {
    await database.dataSource.query('drop schema public cascade');
    await database.dataSource.query('create schema public');
    await fillOrigin(database.dataSource, 600);
    const before = await plainRows(database.dataSource);

    expect(await killedProcess(database, 'up', 50)).toBeUndefined();
    expect(await killedProcess(database, 'up', 0)).toBeGreaterThan(0);

    expect(await originOf(database.dataSource)).toEqual(before);
  }, 60_000);
});
