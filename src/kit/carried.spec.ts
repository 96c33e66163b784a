import { carriedFrom, carriedIn, carriedMark, carry } from './carried.js';

const content = {
  signature: 'sig+/=',
  encrypted: 'e'.repeat(50),
  id: 'rs_1',
  callId: 'call_1',
  providerData: { thoughtSignature: 'ü', caller: { type: 'direct' } },
};

describe('what is carried for another provider', () => {
  it('comes back as it was given, whole or in part', () => {
    expect(carriedIn(carry(content), 'x')).toEqual(content);
    expect(carriedIn(carry({ signature: 's' }), 'x')).toEqual({ signature: 's' });
    expect(carriedIn(carry({}), 'x')).toEqual({});
  });

  it('survives clients that keep bytes and write them in another alphabet, or without padding', () => {
    const text = carry({ signature: '\u00ff\u00fe>>>???' });
    expect(carriedIn(Buffer.from(text, 'base64').toString('base64url'), 'x')).toEqual(carriedIn(text, 'x'));
  });

  it('is known by its first characters', () => {
    expect(carry(content).startsWith(carriedMark)).toBe(true);
    expect(['', 'gAAAAABo', 'bWFlc3Ryb'].map((text) => carriedIn(text, 'x'))).toEqual([undefined, undefined, undefined]);
  });

  it('is read from answers too, where a text that only looks like it is none', () => {
    expect(carriedFrom(carry(content))).toEqual(content);
    expect([carriedFrom('gAAAA'), carriedFrom(`${carriedMark}?`)]).toEqual([undefined, undefined]);
  });

  it.each([
    ['cut', carry(content).slice(0, -9)],
    ['grown', `${carry(content)}AAAA`],
    ['of characters that are no base64', `${carry(content)} `],
    ['of another version', Buffer.from('maestro:12{}').toString('base64')],
    ['no object', Buffer.from('maestro:1[]').toString('base64')],
    ['of an unknown field', Buffer.from('maestro:1{"x":"y"}').toString('base64')],
    ['of a field of another type', Buffer.from('maestro:1{"id":1}').toString('base64')],
    ['of data that is no object', Buffer.from('maestro:1{"providerData":"x"}').toString('base64')],
  ])('is refused where it is %s, by the name of its field', (_what, text) => {
    expect(() => carriedIn(text, 'input[0].encrypted_content')).toThrow(/^input\[0\]\.encrypted_content is not what/);
  });
});
