import { fuzzDecoders } from './fuzz-decoders.js';

describe('the decoders', () => {
  it('end every broken stream in events or a typed error, keeping their promises: 50,000 chunks', async () => {
    const seed = 20_261_122;
    const { chunks, streams, ends, findings } = await fuzzDecoders(seed, 50_000);
    process.stdout.write(
      `\nfuzz: seed ${String(seed)}, ${String(chunks)} chunks of ${String(streams)} streams, ends ${JSON.stringify(ends)}\n`,
    );

    expect(findings).toEqual([]);
    expect(Object.keys(ends)).toEqual(expect.arrayContaining(['whole', 'upstream.truncated', 'upstream.malformed']));
  });
});
