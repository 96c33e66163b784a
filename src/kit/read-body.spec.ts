import { isRecord, jsonFrom, readText } from './read-body.js';

async function* bodyOf(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

describe('the text of a body', () => {
  it('is whole though a character is cut over two reads', async () => {
    const bytes = Buffer.from('Zürich 👋');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(await readText(bodyOf(bytes.subarray(0, cut), bytes.subarray(cut)), 1000)).toBe('Zürich 👋');
    }
  });

  it('is empty where there is no body', async () => {
    expect(await readText(bodyOf(), 10)).toBe('');
  });

  it('is cut at the limit, and nothing more is read', async () => {
    let reads = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        reads += 1;
        yield Buffer.from('abcd');
      }
    }
    expect(await readText(endless(), 6)).toBe('abcdab');
    expect(reads).toBe(2);
  });
});

describe('JSON', () => {
  it('is its value, or undefined where it is none', () => {
    expect(jsonFrom('{"a":[1]}')).toEqual({ a: [1] });
    expect(jsonFrom('null')).toBeNull();
    expect(jsonFrom('<html>')).toBeUndefined();
  });

  it('is a record only where it is an object', () => {
    expect([{}, { a: 1 }].every(isRecord)).toBe(true);
    expect([null, undefined, [], 'a', 1].some(isRecord)).toBe(false);
  });
});
