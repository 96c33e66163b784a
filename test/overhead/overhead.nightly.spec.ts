import { freshDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';
import { callCost, discovery, lookUpCost, spreadText } from './overhead.js';

const runs = 5;

it('the cost of the interface is told with 100,000 sessions, as the median of five runs', async () => {
  const database = await freshDatabase();
  const calls = [];
  for (let run = 0; run < runs; run += 1) {
    const own = await freshDatabase();
    calls.push(await callCost(own, 2_000));
    await own.close();
  }
  const first = await lookUpCost(database, 100_000, 5_000);
  await database.close();
  const found = Array.from({ length: runs }, () => discovery());
  const middle = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

  tellFigure('T42', `a call: p99 ${middle(calls.map(({ p99 }) => p99)).toFixed(3)} ms, median of ${String(runs)} runs (aim: 5 ms)`);
  tellFigure('T42', `a look-up among 100,000 sessions: ${spreadText(first)} (aim: p99 2 ms)`);
  tellFigure(
    'T42',
    `discovery: ${middle(found.map(({ milliseconds }) => milliseconds)).toFixed(0)} ms, median of ${String(runs)} runs (aim: 100 ms)`,
  );
  expect(found.every(({ providers }) => providers >= 20)).toBe(true);
}, 300_000);
