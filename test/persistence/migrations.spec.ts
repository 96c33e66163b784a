import type { TestDatabase } from '../support/postgres.js';
import { emptyDatabase, freshDatabase } from '../support/postgres.js';

describe('x', () => {
  let database: TestDatabase;
  it('copies a migrated database', async () => {
    database = await freshDatabase();
    expect(await database.dataSource.showMigrations()).toBe(false);
    const sql = await database.dataSource.driver.createSchemaBuilder().log();
    expect(sql.upQueries).toEqual([]);
    await database.close();
  });
  it('goes up and down', async () => {
    database = await emptyDatabase();
    for (let round = 0; round < 3; round += 1) {
      expect(await database.dataSource.runMigrations()).toHaveLength(5);
      for (let step = 0; step < 5; step += 1) await database.dataSource.undoLastMigration();
    }
    await database.close();
  });
});
