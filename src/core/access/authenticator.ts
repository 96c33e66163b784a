import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Secret } from '../../contracts/secret.js';
import { AdminKey } from '../../core/access/admin-key.js';
import { CallerKeys } from '../../core/access/caller-keys.js';

/** Under this token the wiring gives the `Secret` that opens everything. */
export const adminKey = Symbol.for('maestro/http/admin-key');

/** Tells who holds a Maestro key. */
@Injectable()
export class Authenticator {
  readonly #adminKey: AdminKey;

  constructor(
    @Inject(adminKey) key: Secret,
    @Inject(CallerKeys) private readonly keys: Pick<CallerKeys, 'callerOf'>,
  ) {
    this.#adminKey = new AdminKey(key);
  }

  /**
   * Reads an `authorization` header (RFC 6750, section 2.1).
   *
   * @throws MaestroError `caller.key-missing`, `caller.key-invalid`, `caller.rate-limited`, `database.unavailable`
   */
  async callerFrom(authorization: string | undefined): Promise<Caller> {
    const key = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (key === undefined) throw new MaestroError(authorization === undefined ? 'caller.key-missing' : 'caller.key-invalid', {});
    return this.keys.callerOf(key, this.#adminKey);
  }
}
