import { inspect } from 'node:util';

import { Secret } from './secret.js';

const text = 'sk-a-text-nobody-may-see-1234';
const secret = Secret.of(text);
/** In the hands of code that takes it for a text. */
const careless = secret as unknown as string;

describe('a secret', () => {
  it('gives its text to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe(text);
    expect(secret.length).toBe(text.length);
  });

  it.each([
    ['a template', `key: ${careless}`],
    ['a joined text', 'the key is ' + careless],
    ['a list', [secret, secret].join()],
    ['JSON', JSON.stringify({ secret, nested: [secret] })],
    ['inspect', inspect({ secret }, { depth: null, showHidden: true })],
    ['its own fields', JSON.stringify(Object.entries(secret)) + Object.getOwnPropertyNames(secret).join()],
    ['a copy', JSON.stringify(Object.assign({}, secret))],
    ['an error', inspect(new Error(`no luck with ${careless}`, { cause: secret }))],
  ])('is not in %s', (_, shown) => {
    expect(shown).not.toContain(text);
    expect(shown).not.toContain('1234');
  });

  it('reads [secret] where it is printed', () => {
    expect([`key: ${careless}`, secret.toString(), JSON.stringify(secret), inspect(secret)]).toEqual([
      'key: [secret]',
      '[secret]',
      '"[secret]"',
      '[secret]',
    ]);
  });

  it('hints at its last four characters only where it has at least twenty', () => {
    expect(secret.hint).toBe('1234');
    expect(Secret.of('x'.repeat(19)).hint).toBeUndefined();
    expect(Secret.of(`${'x'.repeat(16)}abcd`).hint).toBe('abcd');
  });

  it('is known for one, also when another copy of this package made it', async () => {
    let other: typeof Secret | undefined;
    await jest.isolateModulesAsync(async () => {
      other = (await import('./secret.js')).Secret;
    });
    const foreign = other?.of('x');
    expect(foreign).not.toBeInstanceOf(Secret);
    expect(Secret.is(foreign)).toBe(true);
    expect([secret, text, null, undefined, {}].map((value) => Secret.is(value))).toEqual([true, false, false, false, false]);
  });
});
