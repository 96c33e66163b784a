import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';

import { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import type { SealedSecret } from '../../contracts/session.js';
import type { SealContext } from '../../core/sessions/secret-box.port.js';
import { open, seal } from './aead.js';
import { AesGcmSecretBox } from './aes-gcm-secret-box.js';
import { associatedData } from './associated-data.js';
import { bytesFromEnvelope, envelopeFromBytes } from './envelope.js';
import { KeyRing } from './key-ring.js';

const ringText = `a=${randomBytes(32).toString('base64')},b=${randomBytes(32).toString('base64')}`;
const ring = KeyRing.parse(ringText, 'a');
const box = new AesGcmSecretBox(ring);
const context: SealContext = {
  table: 'saved_authentications',
  column: 'credentials',
  rowId: '0f9d3c9e-7c1b-4c89-9d2a-6f1f3f0f6a51',
  provider: ProviderId.parse('openai'),
  authType: 'api_key',
  secretVersion: 1,
};
const secret = Secret.of('{"apiKey":"sk-canary-0123456789","note":"äöü ✓"}');

async function codeOf(sealed: SealedSecret, where: SealContext = context, by = box): Promise<string> {
  return by.open(sealed, where).then(
    () => 'opened',
    (error: unknown) => (error as { code: string }).code,
  );
}

describe('a sealed secret', () => {
  it('opens where it belongs, and shows nothing of itself', async () => {
    const sealed = await box.seal(secret, context);

    expect((await box.open(sealed, context)).reveal()).toBe(secret.reveal());
    expect(sealed.keyId).toBe('a');
    expect(Buffer.from(sealed.bytes).includes('canary')).toBe(false);
  });

  it('is other bytes each time', async () => {
    const [one, other] = await Promise.all([box.seal(secret, context), box.seal(secret, context)]);

    expect(one.bytes).not.toEqual(other.bytes);
  });

  it('opens after the primary has changed', async () => {
    const sealed = await box.seal(secret, context);

    expect((await new AesGcmSecretBox(ring.withPrimary('b')).open(sealed, context)).reveal()).toBe(secret.reveal());
  });

  it('opens in no other place', async () => {
    const sealed = await box.seal(secret, context);
    const elsewhere: Partial<SealContext>[] = [
      { table: 'session_tombstones' },
      { column: 'label' },
      { rowId: '0f9d3c9e-7c1b-4c89-9d2a-6f1f3f0f6a52' },
      { provider: ProviderId.parse('gemini') },
      { authType: 'oauth' },
      { secretVersion: 2 },
    ];

    for (const place of elsewhere) expect(await codeOf(sealed, { ...context, ...place })).toBe('secret.unreadable');
  });

  it('is refused with any one bit flipped', async () => {
    const { bytes, keyId } = await box.seal(Secret.of('x'.repeat(120)), context);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));

      expect([bit, await codeOf({ bytes: damaged, keyId })]).toEqual([bit, 'secret.unreadable']);
    }
  });

  it('is refused cut short anywhere, or with something behind it', async () => {
    const { bytes, keyId } = await box.seal(secret, context);

    for (let length = 0; length < bytes.length; length += 1) {
      expect(await codeOf({ bytes: bytes.subarray(0, length), keyId })).toBe('secret.unreadable');
    }
    expect(await codeOf({ bytes: Buffer.concat([bytes, Buffer.of(0)]), keyId })).toBe('secret.unreadable');
  });

  it('is refused as random bytes', async () => {
    for (let length = 0; length < 300; length += 1) {
      expect(await codeOf({ bytes: randomBytes(length), keyId: 'a' })).toBe('secret.unreadable');
    }
  });

  it('is refused under the name of another key of the ring, and with a key that is not there told apart', async () => {
    const sealed = await box.seal(secret, context);
    const stranger = new AesGcmSecretBox(KeyRing.parse(`c=${randomBytes(32).toString('base64')}`));

    expect(await codeOf({ ...sealed, keyId: 'b' })).toBe('secret.unreadable');
    expect(await codeOf(sealed, context, stranger)).toBe('encryption.key-unknown');
  });

  it('is refused under another key of the same name', async () => {
    const twin = new AesGcmSecretBox(KeyRing.parse(`a=${randomBytes(32).toString('base64')}`));

    expect(await codeOf(await box.seal(secret, context), context, twin)).toBe('secret.unreadable');
  });

  it('is refused with a part of another sealed secret in it', async () => {
    const one = await box.seal(secret, context);
    const other = envelopeFromBytes((await box.seal(secret, context)).bytes);
    const own = envelopeFromBytes(one.bytes);
    if (own === undefined || other === undefined) throw new Error('no envelope');
    const mixtures = [
      { ...own, wrappedKey: other.wrappedKey },
      { ...own, commitment: other.commitment },
      { ...own, wrappedKey: other.wrappedKey, commitment: other.commitment },
      { ...own, sealed: other.sealed },
    ];

    for (const mixture of mixtures) {
      expect(await codeOf({ bytes: bytesFromEnvelope(mixture), keyId: 'a' })).toBe('secret.unreadable');
    }
  });

  it('is bound to its data key even where the ciphertext would open', async () => {
    const dataKey = randomBytes(32);
    const wrapped = await ring.wrap(dataKey, associatedData('data-key', context));
    const contentKey = Buffer.from(hkdfSync('sha256', dataKey, '', 'maestro-envelope-1', 48)).subarray(0, 32);
    const sealed = seal(contentKey, Buffer.from('hello'), associatedData('secret', context));
    const bytes = bytesFromEnvelope({ keyId: 'a', wrappedKey: wrapped.bytes, commitment: Buffer.alloc(16), sealed });

    expect(await codeOf({ bytes, keyId: 'a' })).toBe('secret.unreadable');
  });

  it('tells nothing of the reason or the text in its error', async () => {
    const sealed = await box.seal(secret, context);
    const error: unknown = await box.open(sealed, { ...context, secretVersion: 9 }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ message: 'a sealed secret is damaged, was moved, or was sealed with another key' });
  });
});

describe('authenticated encryption', () => {
  const key = randomBytes(32);

  it.each([4, 8, 12, 13, 14, 15])('refuses a tag of %i bytes, which Node would take', (length) => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: length });
    cipher.final();

    // Without a text the tag is what stands at the end, however short.
    expect(() => open(key, Buffer.concat([iv, cipher.getAuthTag()]), Buffer.alloc(0))).toThrow();
  });
});

describe('associated data', () => {
  it('tells contexts apart whose parts run together to the same text', () => {
    const one = associatedData('secret', { ...context, table: 'ab', column: 'c' });
    const other = associatedData('secret', { ...context, table: 'a', column: 'bc' });

    expect(one).not.toEqual(other);
  });

  it('is the same for an id in capitals, which is the same id to the database', () => {
    expect(associatedData('secret', { ...context, rowId: context.rowId.toUpperCase() })).toEqual(associatedData('secret', context));
  });
});
