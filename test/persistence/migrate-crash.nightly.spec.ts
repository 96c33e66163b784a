import { dieOnTheWayDown, dieOnTheWayUp, killedProcess } from '../support/migration-crash.js';
import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';

const nightly = process.env['MAESTRO_TEST_NIGHTLY'] === '1' ? describe : describe.skip;

nightly('a migration killed at each of its statements', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(async () => {
    await database.close();
  });

  it('converges when it is run again, up and down', async () => {
    // Two batches on the way up.
    const up = await dieOnTheWayUp(database, killedProcess, 600, 1);
    const down = await dieOnTheWayDown(database, killedProcess, 1);

    tellFigure('T19', `kill -9 at each statement: ${String(up)} up, ${String(down)} down, 0 rows lost`);
    expect(up + down).toBeGreaterThanOrEqual(60);
  }, 3_600_000);
});
