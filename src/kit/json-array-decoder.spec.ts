import { jsonArrayDecoder } from './json-array-decoder.js';

/** Hand-made: braces and brackets in texts, escapes, characters of two and four bytes. */
const objects = ['{"a": "} ] \\" {", "b": [1, {"c": {}}]}', '{"text": "Zürich 🚀 \\\\"}', '{}'];

function dataOf(body: Buffer, sizes: number, limit?: number): readonly string[] {
  const decoder = jsonArrayDecoder(limit === undefined ? {} : { maxEventLength: limit });
  const data: string[] = [];
  for (let at = 0; at < body.length; at += sizes) data.push(...decoder.push(body.subarray(at, at + sizes)).map((event) => event.data));
  return [...data, ...decoder.end().map((event) => event.data)];
}

describe('a body that is one JSON array', () => {
  const body = Buffer.from(`[${objects.join('\n,\r\n')}\n]\n`);

  it.each(Array.from({ length: body.length }, (_, index) => index + 1))('gives each object once, read %d bytes at a time', (size) => {
    expect(dataOf(body, size)).toEqual(objects);
  });

  it('gives an object that stands outside of any array', () => {
    expect(dataOf(Buffer.from('{"error": {"code": 503}}'), 5)).toEqual(['{"error": {"code": 503}}']);
  });

  it('gives nothing for an object that the end cut in two, or for none', () => {
    expect(dataOf(Buffer.from('[{"a": 1}, {"b"'), 4)).toEqual(['{"a": 1}']);
    expect(dataOf(Buffer.from('[]'), 1)).toEqual([]);
  });

  it('refuses an object over the limit', () => {
    expect(() => dataOf(Buffer.from(`[{"a": "${'x'.repeat(100)}`), 10, 50)).toThrow(RangeError);
  });
});
