import { createDataSource } from '../../src/persistence/create-data-source.js';
import { run } from '../../src/persistence/statements.js';
import { codeOf } from '../support/code-of.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import type { SeveredDatabase } from '../support/severed-database.js';
import { severedDatabase } from '../support/severed-database.js';

const read = { name: 'test/one', text: 'select 1 as one', isRead: true };
const write = { ...read, name: 'test/written', isRead: false };

/** Longer than a statement may take. */
const busyMs = 2800;

function keepBusy(): void {
  const until = performance.now() + busyMs;
  while (performance.now() < until);
}

describe('a process that was too busy to hear its database', () => {
  let database: TestDatabase;
  let way: SeveredDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
    way = await severedDatabase(database.url);
  }, 60_000);
  afterAll(async () => {
    await way.close();
    await database.close();
  });

  it('asks once more, where it only reads', async () => {
    const { dataSource } = database;
    await run(dataSource, read, []);
    const readings = Array.from({ length: 20 }, () => run(dataSource, read, []));
    const written = codeOf(run(dataSource, write, []));
    keepBusy();

    expect(await Promise.all(readings)).toEqual(readings.map(() => [{ one: 1 }]));
    expect(await written).toBe('database.unavailable');
  });

  it('asks once only, where it listened and heard nothing', async () => {
    const dataSource = await createDataSource({ url: way.url });
    await dataSource.initialize();
    try {
      await run(dataSource, read, []);
      way.swallow();
      const before = way.arrivals();
      expect(await codeOf(run(dataSource, read, []))).toBe('database.unavailable');
      expect(way.arrivals()).toBe(before);
    } finally {
      way.cease();
      await dataSource.destroy();
    }
  });
});
