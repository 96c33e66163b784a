import { adminCaller } from '../../core/access/admin-key.js';
import { codeOf } from '../../../test/support/code-of.js';
import { Secret } from '../../contracts/secret.js';
import { Authenticator } from './authenticator.js';

const key = 'mk_0123456789abcdef0123456789abcdef';
const asked: string[] = [];
const authenticator = new Authenticator(Secret.of(key), {
  callerOf: async (text, adminKey) => {
    asked.push(text);
    return adminKey.is(text) ? adminCaller : { ...adminCaller, id: 'somebody' };
  },
});

describe('an authorization header', () => {
  it.each([`Bearer ${key}`, `bearer ${key}`, `Bearer  ${key} `])('is read as %j', async (authorization) => {
    expect(await authenticator.callerFrom(authorization)).toBe(adminCaller);
  });

  it.each([`Bearer ${key}x`, `Bearer ${key.slice(0, -1)}`, `Bearer ${key.toUpperCase()}`])(
    'may hold somebody else’s key: %j',
    async (authorization) => {
      expect(await authenticator.callerFrom(authorization)).toMatchObject({ id: 'somebody' });
    },
  );

  it('is asked for where there is none', async () => {
    expect(await codeOf(authenticator.callerFrom(undefined))).toBe('caller.key-missing');
  });

  it.each(['', 'Bearer', 'Bearer ', key, `Basic ${key}`, `Bearer ${key} x`])(
    'is not %j, and nobody is looked up',
    async (authorization) => {
      asked.length = 0;

      expect(await codeOf(authenticator.callerFrom(authorization))).toBe('caller.key-invalid');
      expect(asked).toEqual([]);
    },
  );
});
