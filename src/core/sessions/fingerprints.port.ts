import type { AuthType } from '../../contracts/auth-type.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { Secret } from '../../contracts/secret.js';

export interface FingerprintOwner {
  readonly provider: ProviderId;
  readonly authType: AuthType;
}

/**
 * Tells whether two sessions hold the same secret, without a hash of it that somebody could try keys against: the value is
 * made with a key of its own, derived from the encryption keys.
 */
export interface Fingerprints {
  /** Every fingerprint of today's primary key begins with it. */
  readonly prefix: string;
  /** The one to keep, made with the primary key; after it those that the other keys make: older rows carry them. */
  of(secret: Secret, owner: FingerprintOwner): Promise<readonly [string, ...string[]]>;
}

export const Fingerprints = Symbol.for('maestro/fingerprints');
