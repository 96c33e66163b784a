import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import type { Secret } from '../../contracts/secret.js';
import { AdminKey } from './admin-key.js';
import { CallerKeys } from './caller-keys.js';

/** Under this token the wiring gives the `Secret` that opens everything. */
export const adminKey = Symbol.for('maestro/admin-key');

/** Tells who holds a Maestro key, for every transport that takes one. */
@Injectable()
export class Authenticator {
  readonly #adminKey: AdminKey;

  constructor(
    @Inject(adminKey) key: Secret,
    @Inject(CallerKeys) private readonly keys: Pick<CallerKeys, 'callerOf'>,
  ) {
    this.#adminKey = new AdminKey(key);
  }

  /** @throws MaestroError `caller.key-invalid`, `caller.rate-limited`, `database.unavailable` */
  callerOf(key: string): Promise<Caller> {
    return this.keys.callerOf(key, this.#adminKey);
  }
}
