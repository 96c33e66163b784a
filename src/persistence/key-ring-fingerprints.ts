import type { Secret } from '../contracts/secret.js';
import type { FingerprintOwner, Fingerprints } from '../core/sessions/fingerprints.port.js';
import type { KeyedMac } from './encryption/key-ring.js';

/** Bytes: as many as it takes that no two secrets ever meet. */
const length = 16;

/** `<key id>:<base64url>`. The provider and auth type are part of it: the same text elsewhere is another secret. */
export class KeyRingFingerprints implements Fingerprints {
  constructor(private readonly keys: KeyedMac) {}

  get prefix(): string {
    return prefixOf(this.keys.primaryId);
  }

  async of(secret: Secret, { provider, authType }: FingerprintOwner): Promise<readonly [string, ...string[]]> {
    const data = Buffer.from(JSON.stringify(['maestro-fingerprint-1', provider, authType, secret.reveal()]), 'utf8');
    const under = async (keyId: string): Promise<string> => {
      const mac = await this.keys.mac('fingerprint', keyId, data);
      return `${prefixOf(keyId)}${Buffer.from(mac.subarray(0, length)).toString('base64url')}`;
    };
    const { primaryId, ids } = this.keys;
    const older = ids.filter((id) => id !== primaryId).map(under);
    return [await under(primaryId), ...(await Promise.all(older))];
  }
}

function prefixOf(keyId: string): string {
  return `${keyId}:`;
}
