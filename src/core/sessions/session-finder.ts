import { Inject, Injectable } from '@nestjs/common';

import type { AuthType } from '../../contracts/auth-type.js';
import type { Caller, Scope } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Session, SessionAddress, SessionRecord } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import { SessionName } from '../../contracts/session-name.js';
import { mayUse, requireScope } from '../access/may-use.js';
import { HotSessions } from './hot-sessions.js';
import { SessionStore } from './session-store.port.js';

/** A session as it was a moment ago: whatever changed since, the feed of changes would have told. */
export interface FoundToUse {
  readonly record: SessionRecord;
  /** Milliseconds since it was read. */
  readonly age: number;
}

/** From what a caller calls a session to the session that this caller may use. */
@Injectable()
export class SessionFinder {
  constructor(
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(HotSessions) private readonly hot: HotSessions,
  ) {}

  /**
   * What is not granted is not found, and does not make a name ambiguous either.
   *
   * @throws MaestroError `caller.scope-missing`, `session.not-found`, `session.ambiguous`, `session.name-invalid`
   */
  async find(caller: Caller, scope: Scope, address: SessionAddress): Promise<SessionRecord> {
    requireScope(caller, scope);
    return theOne(caller, scope, address, await this.candidates(address));
  }

  /** The same for a request that goes out on the session; mostly without the database. */
  async findToUse(caller: Caller, scope: Scope, address: SessionAddress): Promise<FoundToUse> {
    requireScope(caller, scope);
    const { value, age } = await this.hotCandidates(address);
    return { record: theOne(caller, scope, address, value), age };
  }

  private async hotCandidates(address: SessionAddress): ReturnType<HotSessions['byId']> {
    if ('id' in address) return this.hot.byId(address.id);
    const { provider, session, authType } = address;
    if (!SessionId.is(session)) return this.hot.byName(provider, SessionName.parse(session), authType);
    const { value, age } = await this.hot.byId(session);
    return { value: value.filter((record) => isOf(record, provider, authType)), age };
  }

  private async candidates(address: SessionAddress): Promise<readonly SessionRecord[]> {
    if ('id' in address) return this.byId(address.id);
    const { provider, session, authType } = address;
    if (!SessionId.is(session)) return this.store.findByName(provider, SessionName.parse(session), authType);
    const records = await this.byId(session);
    return records.filter((record) => isOf(record, provider, authType));
  }

  private async byId(id: SessionId): Promise<readonly SessionRecord[]> {
    const record = await this.store.findById(id);
    return record === undefined ? [] : [record];
  }
}

function theOne(caller: Caller, scope: Scope, address: SessionAddress, candidates: readonly SessionRecord[]): SessionRecord {
  const [session, another] = candidates.filter((record) => mayUse(caller, scope, record));
  if (session === undefined) throw notFound(address);
  if (another !== undefined) throw new MaestroError('session.ambiguous', { provider: session.provider, name: session.name });
  return session;
}

function isOf(record: SessionRecord, provider: string, authType: AuthType | undefined): boolean {
  return record.provider === provider && (authType === undefined || record.authType === authType);
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
