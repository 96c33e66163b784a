import { endless, mostGrowth, readEndless, timesFor } from './endless.js';

describe('a body that never ends', () => {
  it.each(Object.entries(endless))(
    'is refused or read past in bounded memory: %s, 1 GiB of it',
    async (what, { head, piece, code }) => {
      const run = await readEndless(head, piece, timesFor(piece, 1024 ** 3));
      process.stdout.write(`${what}: ${String(run.code)} after ${String(run.bytes)} bytes, grew by ${String(run.growth >> 20)} MiB\n`);

      expect(run.code).toBe(code);
      expect(run.growth).toBeLessThan(mostGrowth);
    },
    300_000,
  );

  it('is read past in bounded memory: ten million empty events', async () => {
    const run = await readEndless('', 'data:\n\n'.repeat(10_000), 1000);
    expect(run.code).toBe('upstream.truncated');
    expect(run.growth).toBeLessThan(mostGrowth);
  }, 300_000);
});
