import { endless, mostGrowth, readEndless, timesFor } from './endless.js';

const mebi = 1024 * 1024;

describe('a body that never ends', () => {
  it.each(Object.entries(endless))('is refused or read past in bounded memory: %s', async (_what, { head, piece, code }) => {
    const run = await readEndless(head, piece, timesFor(piece, code === 'upstream.malformed' ? 64 * mebi : 8 * mebi));

    expect(run.code).toBe(code);
    expect(run.growth).toBeLessThan(mostGrowth);
    if (code === 'upstream.malformed') expect(run.bytes).toBeLessThan(34 * mebi);
  });

  it('is refused for its empty data lines long before 200,000', async () => {
    expect(await readEndless('', 'data:\n', 200_000)).toMatchObject({ code: 'upstream.malformed', bytes: 6 * (128 * 1024 + 1) });
  });
});
