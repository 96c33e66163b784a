import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import type { SealedSecret } from '../../contracts/session.js';
import type { KeyService } from '../../core/key-rotation/key-service.port.js';
import type { SealContext, SecretBox } from '../../core/sessions/secret-box.port.js';
import { keyLength, open, seal } from './aead.js';
import { associatedData } from './associated-data.js';
import type { Envelope } from './envelope.js';
import { bytesFromEnvelope, commitmentLength, envelopeFromBytes } from './envelope.js';

/** Two levels: each secret under a random data key of its own, the data key under a named key. A new key rewraps sixty bytes. */
export class AesGcmSecretBox implements SecretBox {
  constructor(private readonly keys: KeyService) {}

  get keyIds(): readonly string[] {
    return this.keys.ids;
  }

  /** @param keyId the primary where absent */
  async seal(secret: Secret, context: SealContext, keyId?: string): Promise<SealedSecret> {
    const dataKey = randomBytes(keyLength);
    const { contentKey, commitment } = derived(dataKey);
    const wrapped = await this.keys.wrap(dataKey, associatedData('data-key', context), keyId);
    const sealed = seal(contentKey, Buffer.from(secret.reveal(), 'utf8'), associatedData('secret', context));
    return sealedSecret({ keyId: wrapped.keyId, wrappedKey: wrapped.bytes, commitment, sealed });
  }

  async open(secret: SealedSecret, context: SealContext): Promise<Secret> {
    const { envelope, keys } = await this.unwrapped(secret, context);
    try {
      return Secret.of(open(keys.contentKey, envelope.sealed, associatedData('secret', context)).toString('utf8'));
    } catch (error) {
      throw unreadable(error);
    }
  }

  /**
   * The same secret under the primary key. Only the data key is opened: the ciphertext goes along as it is.
   *
   * @throws MaestroError as `open` does
   */
  async rewrap(secret: SealedSecret, context: SealContext): Promise<SealedSecret> {
    const { envelope, dataKey } = await this.unwrapped(secret, context);
    const wrapped = await this.keys.wrap(dataKey, associatedData('data-key', context));
    return sealedSecret({ ...envelope, keyId: wrapped.keyId, wrappedKey: wrapped.bytes });
  }

  private async unwrapped({ bytes, keyId }: SealedSecret, context: SealContext): Promise<Unwrapped> {
    const envelope = envelopeFromBytes(bytes);
    if (envelope?.keyId !== keyId) throw unreadable();
    const dataKey = await this.keys.unwrap({ keyId, bytes: envelope.wrappedKey }, associatedData('data-key', context));
    if (dataKey === undefined) throw unreadable();
    const keys = derived(dataKey);
    if (!timingSafeEqual(envelope.commitment, keys.commitment)) throw unreadable();
    return { envelope, dataKey, keys };
  }
}

interface DerivedKeys {
  readonly contentKey: Buffer;
  readonly commitment: Buffer;
}

interface Unwrapped {
  readonly envelope: Envelope;
  readonly dataKey: Uint8Array;
  readonly keys: DerivedKeys;
}

function sealedSecret(envelope: Envelope): SealedSecret {
  return { bytes: bytesFromEnvelope(envelope), keyId: envelope.keyId };
}

/** HKDF (RFC 5869): one key for the secret, and a value that only this data key gives. */
function derived(dataKey: Uint8Array): DerivedKeys {
  const bytes = Buffer.from(hkdfSync('sha256', dataKey, '', 'maestro-envelope-1', keyLength + commitmentLength));
  return { contentKey: bytes.subarray(0, keyLength), commitment: bytes.subarray(keyLength) };
}

function unreadable(cause?: unknown): MaestroError {
  return new MaestroError('secret.unreadable', {}, { cause });
}
