import { asJson, listIn, numberIn, recordIn, textIn } from './json-fields.js';

describe("a wire's field", () => {
  const wire = { text: 'a', number: 0, record: { a: 1 }, list: [1], nothing: null };

  it('is read where it is what it should be', () => {
    expect(textIn(wire, 'text')).toBe('a');
    expect(numberIn(wire, 'number')).toBe(0);
    expect(recordIn(wire, 'record')).toBe(wire.record);
    expect(listIn(wire, 'list')).toBe(wire.list);
  });

  it.each(['nothing', 'absent'])('is as good as absent where it is not: %s', (name) => {
    expect(textIn(wire, name)).toBeUndefined();
    expect(numberIn(wire, name)).toBeUndefined();
    expect(recordIn(wire, name)).toEqual({});
    expect(listIn(wire, name)).toEqual([]);
  });

  it('is not taken for another kind', () => {
    expect(textIn(wire, 'number')).toBeUndefined();
    expect(numberIn(wire, 'text')).toBeUndefined();
    expect(recordIn(wire, 'list')).toEqual({});
    expect(listIn(wire, 'record')).toEqual([]);
  });

  it('goes on as it came', () => {
    expect(asJson(wire)).toBe(wire);
  });
});
