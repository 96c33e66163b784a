import { createCipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import type { SealedSecret } from '../../contracts/session.js';
import type { KeyService, WrappedKey } from '../../core/key-rotation/key-service.port.js';
import type { SealContext } from '../../core/sessions/secret-box.port.js';
import { open, seal } from './aead.js';
import { AesGcmSecretBox } from './aes-gcm-secret-box.js';
import { associatedData } from './associated-data.js';
import { bytesFromEnvelope, envelopeFromBytes } from './envelope.js';
import { KeyRing } from './key-ring.js';
import { tellFigure } from '../../../test/support/tell-figure.js';

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

  it('is refused with any one bit of its 300 bytes flipped', async () => {
    const { bytes, keyId } = await box.seal(Secret.of('x'.repeat(300 - (await box.seal(Secret.of(''), context)).bytes.length)), context);
    expect(bytes).toHaveLength(300);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));

      expect([bit, await codeOf({ bytes: damaged, keyId })]).toEqual([bit, 'secret.unreadable']);
    }
    tellFigure('T13', `${String(bytes.length * 8)} bits flipped one by one: all refused with one code`);
  });

  it('is refused with anything else for a header', async () => {
    const { bytes, keyId } = await box.seal(secret, context);
    const headerLength = bytes.length - Buffer.byteLength(secret.reveal());
    const rounds = 200;
    for (let round = 0; round < rounds; round += 1) {
      const length = 1 + (round % headerLength);
      const header = randomBytes(length);
      // Half of them with our own first bytes, so that they get further.
      if (round % 2 === 0) Buffer.from(bytes).copy(header, 0, 0, Math.min(5, length - 1));
      const fuzzed = Buffer.concat([header, bytes.subarray(length)]);
      // By chance the bytes may be the same.
      if (fuzzed.equals(bytes)) continue;

      expect(await codeOf({ bytes: fuzzed, keyId })).toBe('secret.unreadable');
    }
    tellFigure('T13', `${String(rounds)} random headers: all refused`);
  });

  it('is refused cut short anywhere, or with something behind it', async () => {
    const { bytes, keyId } = await box.seal(secret, context);

    for (let length = 0; length < bytes.length; length += 1) {
      expect(await codeOf({ bytes: bytes.subarray(0, length), keyId })).toBe('secret.unreadable');
    }
    expect(await codeOf({ bytes: Buffer.concat([bytes, Buffer.of(0)]), keyId })).toBe('secret.unreadable');
    tellFigure('T13', `${String(bytes.length)} shorter forms and a longer one: all refused`);
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

describe('the secrets of twenty rows', () => {
  it('open in no other row, column or version', async () => {
    const providers = ['alpha', 'beta'].map((id) => ProviderId.parse(id));
    const places = Array.from({ length: 20 }, (_none, index): SealContext => {
      const provider = providers[index % 2] ?? context.provider;
      return { ...context, rowId: randomUUID(), provider, authType: index % 3 === 0 ? 'oauth' : 'api_key' };
    }).flatMap((row) =>
      ['credentials', 'previous'].flatMap((column) => [1, 2].map((secretVersion) => ({ ...row, column, secretVersion }))),
    );
    const sealed = await Promise.all(places.map((place) => box.seal(secret, place)));
    const outcomes = new Map<string, number>();
    for (const [from, one] of sealed.entries()) {
      for (const [to, place] of places.entries()) {
        const outcome = `${from === to ? 'its own' : 'another'} place: ${await codeOf(one, place)}`;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }

    expect(Object.fromEntries(outcomes)).toEqual({ 'its own place: opened': 80, 'another place: secret.unreadable': 6320 });
    tellFigure(
      'T14',
      `${String(places.length)} places of 20 rows, all ordered pairs: ${String(places.length * (places.length - 1))} refused`,
    );
  });
});

describe('a secret that is moved to the primary key', () => {
  const moving = new AesGcmSecretBox(ring.withPrimary('b'));

  it('keeps its ciphertext and opens in its place, without the old key', async () => {
    const sealed = await box.seal(secret, context);
    const moved = await moving.rewrap(sealed, context);
    const newOnly = new AesGcmSecretBox(KeyRing.parse(ringText.split(',')[1] ?? ''));

    expect(moved.keyId).toBe('b');
    expect(envelopeFromBytes(moved.bytes)?.sealed).toEqual(envelopeFromBytes(sealed.bytes)?.sealed);
    expect((await newOnly.open(moved, context)).reveal()).toBe(secret.reveal());
  });

  it('is not moved from another place, damaged, or from a key that is not there', async () => {
    const sealed = await box.seal(secret, context);
    const code = 'secret.unreadable';

    await expect(moving.rewrap(sealed, { ...context, secretVersion: 2 })).rejects.toMatchObject({ code });
    await expect(moving.rewrap({ ...sealed, bytes: sealed.bytes.subarray(1) }, context)).rejects.toMatchObject({ code });
    await expect(moving.rewrap({ ...sealed, keyId: 'b' }, context)).rejects.toMatchObject({ code });
    const stranger = new AesGcmSecretBox(KeyRing.parse(`c=${randomBytes(32).toString('base64')}`));
    await expect(stranger.rewrap(sealed, context)).rejects.toMatchObject({ code: 'encryption.key-unknown' });
  });
});

/** Hand-made: keys in another process, so to speak. It sees data keys only, and may be away. */
class FarKeys implements KeyService {
  isAway = false;
  readonly seen: number[] = [];
  readonly primaryId = 'a';
  readonly ids = ['a', 'b'];

  async wrap(dataKey: Uint8Array, associated: Uint8Array, keyId?: string): Promise<WrappedKey> {
    await this.reached(dataKey);
    return ring.wrap(dataKey, associated, keyId);
  }

  async unwrap(wrapped: WrappedKey, associated: Uint8Array): Promise<Uint8Array | undefined> {
    await this.reached();
    return ring.unwrap(wrapped, associated);
  }

  private async reached(dataKey?: Uint8Array): Promise<void> {
    await new Promise(setImmediate);
    if (this.isAway) throw new MaestroError('encryption.key-service-away', {});
    if (dataKey !== undefined) this.seen.push(dataKey.length);
  }
}

describe('a key service elsewhere', () => {
  it('serves as the ring does, and sees data keys of 32 bytes only', async () => {
    const keys = new FarKeys();
    const sealed = await new AesGcmSecretBox(keys).seal(secret, context);

    expect((await box.open(sealed, context)).reveal()).toBe(secret.reveal());
    expect((await new AesGcmSecretBox(keys).open(sealed, context)).reveal()).toBe(secret.reveal());
    expect(keys.seen).toEqual([32]);
  });

  it('that is away is an error that passes, and never a secret unsealed', async () => {
    const keys = new FarKeys();
    const sealed = await box.seal(secret, context);
    keys.isAway = true;

    expect(await codeOf(sealed, context, new AesGcmSecretBox(keys))).toBe('encryption.key-service-away');
    await expect(new AesGcmSecretBox(keys).seal(secret, context)).rejects.toMatchObject({ isRetryable: true });
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
