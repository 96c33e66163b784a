import { anApiKey, aSessionRecord, tokens } from '../../../test/support/a-session.js';
import { InMemorySecretBox } from '../../../test/support/in-memory-secret-box.js';
import { textFromCredentials } from '../../contracts/credentials.js';
import { Secret } from '../../contracts/secret.js';
import type { SecretBox } from './secret-box.port.js';
import { openCredentials, sealCredentials } from './sealing.js';

describe('sealed credentials', () => {
  const box = new InMemorySecretBox();

  it('come back as they went in', async () => {
    const record = aSessionRecord();
    const secret = await sealCredentials(box, anApiKey('the-key'), record);

    await expect(openCredentials(box, { ...record, secret })).resolves.toEqual(anApiKey('the-key'));
  });

  it.each<[string, Partial<ReturnType<typeof aSessionRecord>>]>([
    ['another row', { id: aSessionRecord().id }],
    ['another version', { secretVersion: 2 }],
    ['another auth type', { authType: 'oauth' }],
  ])('do not open in %s', async (_what, other) => {
    const record = aSessionRecord();
    const secret = await sealCredentials(box, anApiKey(), record);

    await expect(openCredentials(box, { ...record, secret, ...other })).rejects.toMatchObject({ code: 'session.unreadable' });
  });

  it('say which key is missing, and for which session', async () => {
    const record = aSessionRecord({ secret: { bytes: Buffer.from(''), keyId: 'k9' } });

    await expect(openCredentials(box, record)).rejects.toMatchObject({
      code: 'session.unreadable',
      parameters: { provider: 'whole', name: 'work_key', keyId: 'k9' },
      cause: { code: 'encryption.key-unknown' },
    });
  });

  it.each([
    ['of another kind than the session', textFromCredentials(tokens())],
    ['no credentials at all', Secret.of('{}')],
  ])('are unreadable where they are %s', async (_what, text) => {
    const opening: SecretBox = { keyIds: box.keyIds, seal: (secret, context) => box.seal(secret, context), open: async () => text };

    await expect(openCredentials(opening, aSessionRecord())).rejects.toMatchObject({ code: 'session.unreadable' });
  });

  it('leave a failure of the box itself as it is', async () => {
    const broken: SecretBox = {
      keyIds: box.keyIds,
      seal: (secret, context) => box.seal(secret, context),
      open: () => Promise.reject(new Error('disk')),
    };

    await expect(openCredentials(broken, aSessionRecord())).rejects.toThrow('disk');
  });
});
