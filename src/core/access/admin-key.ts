import { timingSafeEqual } from 'node:crypto';

import type { Caller } from '../../contracts/caller.js';
import { scopes } from '../../contracts/caller.js';
import type { Secret } from '../../contracts/secret.js';
import { digestOf } from './key-digest.js';

/** Who holds the operator's key: every scope and every session. */
export const adminCaller: Caller = { id: 'admin', name: 'admin', scopes, grants: [{ provider: '*', name: '*' }] };

/** The key that opens everything. */
export class AdminKey {
  readonly #digest: Buffer;

  constructor(key: Secret) {
    this.#digest = digestOf(key.reveal());
  }

  /** Digests are of one length, so comparing them tells nothing of the key's. @param digest `digestOf` a key */
  has(digest: Buffer): boolean {
    return timingSafeEqual(digest, this.#digest);
  }
}
