import { Secret } from '../../contracts/secret.js';
import { adminCaller } from './admin-key.js';
import { digestOf } from './key-digest.js';
import { Authenticator } from './authenticator.js';

const key = 'mk_0123456789abcdef0123456789abcdef';
const authenticator = new Authenticator(Secret.of(key), {
  callerOf: async (text, adminKey) => (adminKey.has(digestOf(text)) ? adminCaller : { ...adminCaller, id: 'somebody' }),
});

describe('a key', () => {
  it('may be the one that opens everything', async () => {
    expect(await authenticator.callerOf(key)).toBe(adminCaller);
  });

  it.each([`${key}x`, key.slice(0, -1), key.toUpperCase()])('may be somebody else’s: %j', async (other) => {
    expect(await authenticator.callerOf(other)).toMatchObject({ id: 'somebody' });
  });
});
