import { inspect } from 'node:util';

import { KeyRing } from './key-ring.js';

const first = '3q2+7wABAgME8fLz9PX29/j5+vv8/f7/EBESExQVFhc=';
const second = 'vVEDXh4QSFaZyvWgM7iOrRz2lm0n8wHqgqE8JYb5Ykc=';
const associated = Buffer.from('here');

describe('a key ring', () => {
  it('takes the only key as the primary', () => {
    expect(KeyRing.parse(`a=${first}`)).toMatchObject({ primaryId: 'a', ids: ['a'] });
  });

  it('takes the primary by its name, in whatever order the keys stand', () => {
    expect(KeyRing.parse(`a=${first},b=${second}`, 'b').primaryId).toBe('b');
    expect(KeyRing.parse(`b=${second}, a=${first}`, 'b').primaryId).toBe('b');
  });

  it.each([
    ['base64', first],
    ['base64 of the address alphabet', Buffer.from(first, 'base64').toString('base64url')],
    ['hexadecimal', Buffer.from(first, 'base64').toString('hex')],
  ])('reads %s', async (_form, text) => {
    const wrapped = await KeyRing.parse(`a=${first}`).wrap(Buffer.alloc(32, 7), associated);

    await expect(KeyRing.parse(`a=${text}`).unwrap(wrapped, associated)).resolves.toEqual(Buffer.alloc(32, 7));
  });

  it.each([
    ['nothing', '', undefined, /is a list of id=base64/],
    ['a key without an id', `=${first}`, undefined, /is a list of id=base64/],
    ['an id of other characters', `my key=${first}`, undefined, /is a list of id=base64/],
    ['a short key', 'a=c2hvcnQ=', undefined, /"a" has 5 bytes, 32 are needed/],
    ['a long key', `a=${Buffer.alloc(33, 'x').toString('base64')}`, undefined, /"a" has 33 bytes/],
    ['a password', 'a=correct horse battery staple', undefined, /"a" has 0 bytes/],
    ['a password of 32 letters in base64', `a=${Buffer.from('change-me-to-a-32-byte-password!').toString('base64')}`, undefined, /is text/],
    ['zeros', `a=${Buffer.alloc(32).toString('base64')}`, undefined, /repeats itself/],
    ['a short pattern', `a=${Buffer.alloc(32, 'abcdefgh').toString('base64')}`, undefined, /repeats itself/],
    [
      'the series of the manuals',
      `a=${Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('base64')}`,
      undefined,
      /is a series/,
    ],
    ['an id twice', `a=${first},a=${second}`, 'a', /"a" is given twice/],
    ['a key twice', `a=${first},b=${first}`, 'a', /"a" and "b" are the same key/],
    ['several keys without a primary', `a=${first},b=${second}`, undefined, /several encryption keys/],
    ['a primary that is not there', `a=${first}`, 'b', /is "b", which MAESTRO_ENCRYPTION_KEYS does not hold/],
  ])('refuses %s in one line that does not show the key', (_what, text, primary, message) => {
    const refusal = refusalOf(() => KeyRing.parse(text, primary));

    expect(refusal).toMatchObject({ code: 'encryption.key-invalid', message: expect.stringMatching(message) });
    expect(refusal.message).not.toMatch(/\n/);
    for (const part of text.split(/[=,]/).filter(({ length }) => length > 6)) expect(refusal.message).not.toContain(part);
  });

  it('opens what another of its keys wrapped, and says which key it lacks', async () => {
    const wrapped = await KeyRing.parse(`a=${first}`).wrap(Buffer.alloc(32, 7), associated);
    const both = KeyRing.parse(`a=${first},b=${second}`, 'b');

    await expect(both.unwrap(wrapped, associated)).resolves.toEqual(Buffer.alloc(32, 7));
    await expect(KeyRing.parse(`b=${second}`).unwrap(wrapped, associated)).rejects.toMatchObject({
      code: 'encryption.key-unknown',
      parameters: { keyIds: ['a'] },
    });
    expect(() => both.withPrimary('c')).toThrow(/"c"/);
  });

  it('opens nothing of another length, place or key', async () => {
    const ring = KeyRing.parse(`a=${first}`);
    const wrapped = await ring.wrap(Buffer.alloc(32, 7), associated);

    await expect(ring.unwrap({ ...wrapped, bytes: wrapped.bytes.subarray(1) }, associated)).resolves.toBeUndefined();
    await expect(ring.unwrap(wrapped, Buffer.from('there'))).resolves.toBeUndefined();
    await expect(KeyRing.parse(`a=${second}`).unwrap(wrapped, associated)).resolves.toBeUndefined();
  });

  it('prints as its ids', () => {
    const ring = KeyRing.parse(`a=${first}`);

    expect(JSON.stringify(ring)).toBe('{"primaryId":"a","ids":["a"]}');
    expect(inspect(ring, { depth: 9, showHidden: true })).toBe("KeyRing { primaryId: 'a', ids: [ 'a' ] }");
  });
});

function refusalOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was taken');
}
