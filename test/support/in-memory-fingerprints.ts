import type { Secret } from '../../src/contracts/secret.js';
import type { FingerprintOwner, Fingerprints } from '../../src/core/sessions/fingerprints.port.js';

/** Hides nothing, but tells the same secrets from others, as the real one does. */
export class InMemoryFingerprints implements Fingerprints {
  readonly prefix = 'k1:';

  async of(secret: Secret, { provider, authType }: FingerprintOwner): Promise<readonly [string, ...string[]]> {
    return [`k1:${provider}/${authType}/${secret.reveal()}`];
  }
}
