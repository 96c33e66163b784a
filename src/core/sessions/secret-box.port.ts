import type { AuthType } from '../../contracts/auth-type.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { Secret } from '../../contracts/secret.js';
import type { SealedSecret } from '../../contracts/session.js';

/**
 * What a sealed secret belongs to; it opens in no other place. No name and no generation: a rename or a new lease must not
 * touch the secret.
 */
export interface SealContext {
  readonly table: string;
  readonly column: string;
  readonly rowId: string;
  readonly provider: ProviderId;
  readonly authType: AuthType;
  readonly secretVersion: number;
}

/** Authenticated encryption at rest. */
export interface SecretBox {
  /** The keys at hand. What another one wraps cannot be opened. */
  readonly keyIds: readonly string[];
  /** With the primary key. */
  seal(secret: Secret, context: SealContext): Promise<SealedSecret>;
  /** @throws MaestroError `secret.unreadable` for each kind of damage alike, `encryption.key-unknown` where the key is not in the ring */
  open(sealed: SealedSecret, context: SealContext): Promise<Secret>;
}

export const SecretBox = Symbol.for('maestro/secret-box');
