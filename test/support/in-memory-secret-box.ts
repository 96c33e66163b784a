import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { Secret } from '../../src/contracts/secret.js';
import type { SealedSecret } from '../../src/contracts/session.js';
import type { SealContext, SecretBox } from '../../src/core/sessions/secret-box.port.js';

/** Seals nothing, but opens a secret in its own place only, as the real box does. */
export class InMemorySecretBox implements SecretBox {
  readonly keyIds = ['k1'];

  async seal(secret: Secret, context: SealContext): Promise<SealedSecret> {
    return { bytes: Buffer.from(JSON.stringify([context, secret.reveal()])), keyId: 'k1' };
  }

  async open(sealed: SealedSecret, context: SealContext): Promise<Secret> {
    if (sealed.keyId !== 'k1') throw new MaestroError('encryption.key-unknown', { keyIds: [sealed.keyId] });
    const [place, text] = JSON.parse(Buffer.from(sealed.bytes).toString()) as [SealContext, string];
    if (JSON.stringify(place) !== JSON.stringify(context)) throw new MaestroError('secret.unreadable', {});
    return Secret.of(text);
  }
}
