import { Inject, Injectable } from '@nestjs/common';

import type { Caller, Scope } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Session, SessionAddress, SessionRecord } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import { SessionName } from '../../contracts/session-name.js';
import { mayUse, requireScope } from '../access/may-use.js';
import { SessionStore } from './session-store.port.js';

/** From what a caller calls a session to the session that this caller may use. */
@Injectable()
export class SessionFinder {
  constructor(@Inject(SessionStore) private readonly store: SessionStore) {}

  /**
   * What is not granted is not found, and does not make a name ambiguous either.
   *
   * @throws MaestroError `caller.scope-missing`, `session.not-found`, `session.ambiguous`, `session.name-invalid`
   */
  async find(caller: Caller, scope: Scope, address: SessionAddress): Promise<SessionRecord> {
    requireScope(caller, scope);
    const candidates = await this.candidates(address);
    const [session, another] = candidates.filter((record) => mayUse(caller, scope, record));
    if (session === undefined) throw notFound(address);
    if (another !== undefined) throw new MaestroError('session.ambiguous', { provider: session.provider, name: session.name });
    return session;
  }

  private async candidates(address: SessionAddress): Promise<readonly SessionRecord[]> {
    if ('id' in address) return this.byId(address.id);
    const { provider, session, authType } = address;
    if (!SessionId.is(session)) return this.store.findByName(provider, SessionName.parse(session), authType);
    const records = await this.byId(session);
    return records.filter((record) => record.provider === provider && (authType === undefined || record.authType === authType));
  }

  private async byId(id: SessionId): Promise<readonly SessionRecord[]> {
    const record = await this.store.findById(id);
    return record === undefined ? [] : [record];
  }
}

export function notFound(address: SessionAddress): MaestroError {
  if ('id' in address) return new MaestroError('session.not-found', { session: address.id });
  return new MaestroError('session.not-found', { provider: address.provider, session: address.session });
}

export async function undefinedIfNotFound(session: Promise<Session>): Promise<Session | undefined> {
  try {
    return await session;
  } catch (error) {
    if (MaestroError.is(error) && error.code === 'session.not-found') return undefined;
    throw error;
  }
}
