import fc from 'fast-check';

import { memberOf, memberRange, withMember, withOtherMember } from './json-member.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('a member of a JSON object in bytes', () => {
  it('is found in any object, whatever stands around it, as JSON.parse finds it', () => {
    const member = fc.constantFrom('model', 'stream', '__proto__', 'a"b\\', 'ä€😀');
    const object = fc.dictionary(fc.oneof(member, fc.string()), fc.jsonValue());
    fc.assert(
      fc.property(object, member, fc.constantFrom(undefined, 2, '\t'), (value, name, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const parsed: unknown = JSON.parse(text);
        const expected = Object.getOwnPropertyDescriptor(parsed, name)?.value as unknown;
        expect(memberOf(bytes(text), name)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('is replaced without a change of any other byte', () => {
    const text = ' {"n":1.0e2, "model" : "alpha:work/x\\"y" ,"nested":{"model":"z"},"s":"\\\\"}\n';
    const range = memberRange(bytes(text), 'model');
    if (range === undefined) throw new Error('not found');

    expect(Buffer.from(withMember(bytes(text), range, 'x"y')).toString()).toBe(
      ' {"n":1.0e2, "model" : "x\\"y" ,"nested":{"model":"z"},"s":"\\\\"}\n',
    );
  });

  it('is the last of its name', () => {
    expect(memberOf(bytes('{"model":1,"model":[2,{"model":3}]}'), 'model')).toEqual([2, { model: 3 }]);
  });

  it('is found in a piece of a larger buffer', () => {
    const large = Buffer.from('xx{"model":"m"}yy');
    expect(memberOf(large.subarray(2, -2), 'model')).toBe('m');
  });

  it.each([
    '',
    'null',
    '[]',
    '"model"',
    '{',
    '{"model',
    '{"model"',
    '{"model":',
    '{"model":"x',
    '{"model":{"a":"',
    '{"model":[1',
    '{"model":1',
    '{"model":1,',
    '{model:1}',
    '{"model" 1}',
    '{"model":}',
    '{"other":1}',
  ])('is not found in %j', (text) => {
    expect(memberOf(bytes(text), 'model')).toBeUndefined();
  });

  it('is nothing where its value or a name is no JSON', () => {
    expect(memberOf(bytes('{"model":nul}'), 'model')).toBeUndefined();
    expect(memberOf(bytes('{"\\x":1,"model":2}'), 'model')).toBe(2);
  });

  it('gives its place to another, whatever is written around both', () => {
    const key = fc.constantFrom('model', 'mo"del', 'a\\', 'ä');
    const space = fc.constantFrom('', ' ', '\n\t');
    const around = fc.constantFrom(['', ''], ['"a":1.0,', ''], ['', ',"b":"\\\\"'], ['"a":{"model":"z"},', ',"b":[]']);
    fc.assert(
      fc.property(key, space, space, around, (name, before, after, [first = '', last = '']) => {
        const text = `{${first}${before}${JSON.stringify(name)}${after}:${before}"x\\"y"${after}${last}}`;
        const range = memberRange(bytes(text), name);
        if (range === undefined) throw new Error('not found');
        const changed = Buffer.from(withOtherMember(bytes(text), range, 'other', 7)).toString();
        expect(changed).toBe(`{${first}${before}"other":7${after}${last}}`);
      }),
    );
  });
});
