import { TypeOrmMigrations } from '../../src/persistence/typeorm-migrations.js';
import { fillOrigin, keyRing, openedRows, originOf, plainRows } from '../support/origin-table.js';
import { emptyDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';

const nightly = process.env['MAESTRO_TEST_NIGHTLY'] === '1' ? describe : describe.skip;
const rows = 100_000;

nightly('a hundred thousand sessions of the single-session system', () => {
  it('come up to the letter, go down and come up the same', async () => {
    const database = await emptyDatabase();
    const { dataSource } = database;
    const migrations = new TypeOrmMigrations(dataSource, keyRing);
    await fillOrigin(dataSource, rows);
    const before = await plainRows(dataSource);

    let lastBatch = 0;
    const upMs = await took(() => migrations.up({ onProgress: () => (lastBatch = performance.now()) }));
    const closedMs = Math.round(performance.now() - lastBatch);
    expect(await originOf(dataSource)).toEqual(before);
    const opened = await openedRows(dataSource);
    const downMs = await took(async () => {
      while ((await migrations.down({ park: true })).steps.length > 0);
    });
    const againMs = await took(() => migrations.up());
    expect(await openedRows(dataSource)).toEqual(opened);
    await database.close();

    tellFigure(
      'T18',
      `migrate ${String(before.length)} rows: up ${String(upMs)} ms (writers waited ${String(closedMs)} ms at most for the new form), ` +
        `down ${String(downMs)} ms, up again ${String(againMs)} ms; all rows equal`,
    );
  }, 3_600_000);
});

async function took(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return Math.round(performance.now() - began);
}
