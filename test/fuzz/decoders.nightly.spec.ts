import { randomInt } from 'node:crypto';

import { fuzzDecoders } from './fuzz-decoders.js';

describe('the decoders', () => {
  it('end every broken stream in events or a typed error, keeping their promises: 1,000,000 chunks', async () => {
    const seed = Number(process.env['MAESTRO_FUZZ_SEED'] ?? randomInt(2 ** 31));
    process.stdout.write(`\nfuzz: MAESTRO_FUZZ_SEED=${String(seed)} plays this again\n`);
    const { chunks, streams, ends, findings } = await fuzzDecoders(seed, 1_000_000);
    process.stdout.write(`fuzz: ${String(chunks)} chunks of ${String(streams)} streams, ends ${JSON.stringify(ends)}\n`);

    expect(findings).toEqual([]);
  }, 900_000);
});
