import { Secret } from '../../contracts/secret.js';
import { Authenticator } from './authenticator.js';

const key = 'mk_0123456789abcdef0123456789abcdef';
const authenticator = new Authenticator(Secret.of(key));

function codeOf(authorization: string | undefined): unknown {
  try {
    authenticator.callerFrom(authorization);
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
  return undefined;
}

describe('the admin key', () => {
  it.each([`Bearer ${key}`, `bearer ${key}`, `Bearer  ${key} `])('opens everything as %j', (authorization) => {
    expect(authenticator.callerFrom(authorization)).toEqual({
      id: 'admin',
      name: 'admin',
      scopes: ['chat', 'sessions:read', 'sessions:write', 'usage:read', 'admin'],
      grants: [{ provider: '*', name: '*' }],
    });
  });

  it('is asked for where there is none', () => {
    expect(codeOf(undefined)).toBe('caller.key-missing');
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    key,
    `Basic ${key}`,
    `Bearer ${key}x`,
    `Bearer ${key.slice(0, -1)}`,
    `Bearer ${key.toUpperCase()}`,
    `Bearer ${key} x`,
  ])('is not %j', (authorization) => {
    expect(codeOf(authorization)).toBe('caller.key-invalid');
  });
});
