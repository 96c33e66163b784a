import { randomBytes } from 'node:crypto';

import { ProviderId } from '../contracts/provider-id.js';
import { Secret } from '../contracts/secret.js';
import { KeyRing } from './encryption/key-ring.js';
import { KeyRingFingerprints } from './key-ring-fingerprints.js';

const one = `one=${randomBytes(32).toString('base64')}`;
const two = `two=${randomBytes(32).toString('base64')}`;
const owner = { provider: ProviderId.parse('acme'), authType: 'api_key' } as const;
const secret = Secret.of('sk-0123456789abcdef');

describe('the fingerprint of a secret', () => {
  const prints = new KeyRingFingerprints(KeyRing.parse(one));

  it('is the same for the same secret in the same place only', async () => {
    const [print] = await prints.of(secret, owner);

    expect(print).toMatch(/^one:[\w-]{22}$/);
    expect(print.startsWith(prints.prefix)).toBe(true);
    expect(await prints.of(Secret.of(secret.reveal()), owner)).toEqual([print]);
    for (const [text, place] of [
      ['sk-0123456789abcdeg', owner],
      [secret.reveal(), { ...owner, authType: 'oauth' }],
      [secret.reveal(), { ...owner, provider: ProviderId.parse('other') }],
    ] as const) {
      expect(await prints.of(Secret.of(text), place)).not.toContain(print);
    }
  });

  it('is made with a key of the ring: without it nobody can try secrets against it', async () => {
    const other = new KeyRingFingerprints(KeyRing.parse(`one=${randomBytes(32).toString('base64')}`));

    expect(await other.of(secret, owner)).not.toEqual(await prints.of(secret, owner));
  });

  it('comes first under the primary key, then under the others, so that older rows are found', async () => {
    const [old] = await prints.of(secret, owner);
    const both = new KeyRingFingerprints(KeyRing.parse(`${one},${two}`, 'two'));

    expect(both.prefix).toBe('two:');
    expect(await both.of(secret, owner)).toEqual([expect.stringMatching(/^two:/), old]);
  });
});
