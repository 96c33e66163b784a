import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';
import { callCost, discovery, lookUpCost, openCost, spreadText } from './overhead.js';

/** What the interface costs. Times are told, not asserted: they are the machine's as much as ours. */
describe('the cost of the interface', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.close());

  it('is told for a call on a named session, and for a look-up among 5,000 in the database', async () => {
    tellFigure('T42', `a call on a named session: ${spreadText(await callCost(database, 500))} (aim: p99 5 ms)`);
    tellFigure('T42', `a look-up among 5,000 sessions: ${spreadText(await lookUpCost(database, 5_000, 500))} (aim: p99 2 ms)`);
  });

  it('is told for opening a secret of two kilobytes', async () => {
    tellFigure('T42', `opening a secret of 2 KB: ${spreadText(await openCost(1_000))} (aim: 0.1 ms)`);
  });

  it('is told for finding the providers, all of which are found', () => {
    const { milliseconds, processorMs, bytes, providers } = discovery();

    tellFigure(
      'T42',
      `${String(providers)} providers found in ${milliseconds.toFixed(0)} ms, ${processorMs.toFixed(0)} ms of processor (aim: 100 ms), ${(bytes / 2 ** 20).toFixed(1)} MiB of heap (aim: 10 MB)`,
    );
    expect(providers).toBeGreaterThanOrEqual(20);
    // Memory is no time: it does not depend on who else runs.
    expect(bytes).toBeLessThan(10_000_000);
  });
});
