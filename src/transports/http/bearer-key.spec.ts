import { bearerKeyFrom } from './bearer-key.js';

const key = 'mk_0123456789abcdef0123456789abcdef';

function codeOf(authorization: string | undefined): unknown {
  try {
    return bearerKeyFrom(authorization);
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
}

describe('an authorization header', () => {
  it.each([`Bearer ${key}`, `bearer ${key}`, `Bearer  ${key} `])('is read as %j', (authorization) => {
    expect(bearerKeyFrom(authorization)).toBe(key);
  });

  it('is asked for where there is none', () => {
    expect(codeOf(undefined)).toBe('caller.key-missing');
  });

  it.each(['', 'Bearer', 'Bearer ', key, `Basic ${key}`, `Bearer ${key} x`])('is not %j', (authorization) => {
    expect(codeOf(authorization)).toBe('caller.key-invalid');
  });
});
