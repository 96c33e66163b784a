import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import type { SealedSecret } from '../../contracts/session.js';
import type { SealContext, SecretBox } from '../../core/sessions/secret-box.port.js';
import { keyLength, open, seal } from './aead.js';
import { associatedData } from './associated-data.js';
import type { Envelope } from './envelope.js';
import { bytesFromEnvelope, commitmentLength, envelopeFromBytes } from './envelope.js';
import type { KeyWrapper } from './key-ring.js';

/** Two levels: each secret under a random data key of its own, the data key under a named key. A new key rewraps sixty bytes. */
export class AesGcmSecretBox implements SecretBox {
  constructor(private readonly keys: KeyWrapper) {}

  async seal(secret: Secret, context: SealContext): Promise<SealedSecret> {
    const dataKey = randomBytes(keyLength);
    const { contentKey, commitment } = derived(dataKey);
    const wrapped = await this.keys.wrap(dataKey, associatedData('data-key', context));
    const sealed = seal(contentKey, Buffer.from(secret.reveal(), 'utf8'), associatedData('secret', context));
    const bytes = bytesFromEnvelope({ keyId: wrapped.keyId, wrappedKey: wrapped.bytes, commitment, sealed });
    return { bytes, keyId: wrapped.keyId };
  }

  async open({ bytes, keyId }: SealedSecret, context: SealContext): Promise<Secret> {
    const envelope = envelopeFromBytes(bytes);
    if (envelope?.keyId !== keyId) throw unreadable();
    const dataKey = await this.keys.unwrap({ keyId, bytes: envelope.wrappedKey }, associatedData('data-key', context));
    if (dataKey === undefined) throw unreadable();
    return opened(envelope, dataKey, context);
  }
}

function opened({ commitment, sealed }: Envelope, dataKey: Uint8Array, context: SealContext): Secret {
  const keys = derived(dataKey);
  if (!timingSafeEqual(commitment, keys.commitment)) throw unreadable();
  try {
    return Secret.of(open(keys.contentKey, sealed, associatedData('secret', context)).toString('utf8'));
  } catch (error) {
    throw unreadable(error);
  }
}

/** HKDF (RFC 5869): one key for the secret, and a value that only this data key gives. */
function derived(dataKey: Uint8Array): { readonly contentKey: Buffer; readonly commitment: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', dataKey, '', 'maestro-envelope-1', keyLength + commitmentLength));
  return { contentKey: bytes.subarray(0, keyLength), commitment: bytes.subarray(keyLength) };
}

function unreadable(cause?: unknown): MaestroError {
  return new MaestroError('secret.unreadable', {}, { cause });
}
