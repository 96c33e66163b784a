import { Inject, Injectable } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Secret } from '../../contracts/secret.js';
import { AdminKey } from './admin-key.js';
import { CallerKeys } from './caller-keys.js';
import { peerOf, WrongKeys } from './wrong-keys.js';

/** Under this token the wiring gives the `Secret` that opens everything. */
export const adminKey = Symbol.for('maestro/admin-key');

/** Tells who holds a Maestro key, for every transport that takes one. */
@Injectable()
export class Authenticator {
  readonly #adminKey: AdminKey;

  constructor(
    @Inject(adminKey) key: Secret,
    @Inject(CallerKeys) private readonly keys: Pick<CallerKeys, 'callerOf'>,
    @Inject(WrongKeys) private readonly wrong: Pick<WrongKeys, 'areTooMany' | 'note'>,
  ) {
    this.#adminKey = new AdminKey(key);
  }

  /**
   * @param address where the key comes from, as far as that is known
   * @throws MaestroError `caller.key-invalid`, `caller.too-many-wrong-keys`, `caller.rate-limited`, `database.unavailable`
   */
  async callerOf(key: string, address: string | undefined): Promise<Caller> {
    const peer = peerOf(address);
    try {
      return await this.keys.callerOf(key, this.#adminKey, this.wrong.areTooMany(peer));
    } catch (error) {
      if (MaestroError.is(error) && error.code === 'caller.key-invalid') this.wrong.note(peer);
      throw error;
    }
  }
}
