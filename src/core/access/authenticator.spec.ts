import { codeOf } from '../../../test/support/code-of.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import { adminCaller } from './admin-key.js';
import { digestOf } from './key-digest.js';
import { Authenticator } from './authenticator.js';
import { WrongKeys } from './wrong-keys.js';

const key = 'mk_0123456789abcdef0123456789abcdef';
const wrong = new WrongKeys({ wrongKeysPerMinute: 2 }, new StillClock());
const asked: string[] = [];
const authenticator = new Authenticator(
  Secret.of(key),
  {
    async callerOf(text, adminKey, isOneOfMany) {
      asked.push(`${text} ${String(isOneOfMany)}`);
      if (text === 'wrong') throw new MaestroError('caller.key-invalid', {});
      return adminKey.has(digestOf(text)) ? adminCaller : { ...adminCaller, id: 'somebody' };
    },
  },
  wrong,
);

describe('a key', () => {
  it('may be the one that opens everything', async () => {
    expect(await authenticator.callerOf(key, '192.0.2.1')).toBe(adminCaller);
  });

  it.each([`${key}x`, key.slice(0, -1), key.toUpperCase()])('may be somebody else’s: %j', async (other) => {
    expect(await authenticator.callerOf(other, '192.0.2.1')).toMatchObject({ id: 'somebody' });
  });

  it('that is wrong too often is refused cheaply, while right ones from the same address open as ever', async () => {
    const wrongOnes = [1, 2, 3].map(() => codeOf(authenticator.callerOf('wrong', '192.0.2.1')));

    expect(await Promise.all(wrongOnes)).toEqual(['caller.key-invalid', 'caller.key-invalid', 'caller.too-many-wrong-keys']);
    asked.length = 0;
    expect(await authenticator.callerOf(key, '192.0.2.1')).toBe(adminCaller);
    expect(await codeOf(authenticator.callerOf('wrong', '192.0.2.2'))).toBe('caller.key-invalid');
    expect(asked).toEqual([`${key} true`, 'wrong false']);
  });
});
