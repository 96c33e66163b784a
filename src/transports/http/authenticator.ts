import { createHash, timingSafeEqual } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { scopes } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Secret } from '../../contracts/secret.js';

/** Under this token the wiring gives the `Secret` that opens everything. */
export const adminKey = Symbol.for('maestro/http/admin-key');

const admin: Caller = { id: 'admin', name: 'admin', scopes, grants: [{ provider: '*', name: '*' }] };

/** Tells who holds a Maestro key. */
@Injectable()
export class Authenticator {
  readonly #digest: Buffer;

  constructor(@Inject(adminKey) key: Secret) {
    this.#digest = digestOf(key.reveal());
  }

  /**
   * Reads an `authorization` header (RFC 6750, section 2.1).
   *
   * @throws MaestroError `caller.key-missing`, `caller.key-invalid`
   */
  callerFrom(authorization: string | undefined): Caller {
    const key = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (key === undefined) throw new MaestroError(authorization === undefined ? 'caller.key-missing' : 'caller.key-invalid', {});
    if (timingSafeEqual(digestOf(key), this.#digest)) return admin;
    throw new MaestroError('caller.key-invalid', {});
  }
}

/** Digests are of one length, so comparing them tells nothing of the key's. */
function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
