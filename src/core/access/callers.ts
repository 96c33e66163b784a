import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

import type { AuditAction, AuditNote } from '../../contracts/audit-event.js';
import type { Caller, CallerAccount, CallerRecord, KeptGrant, Scope } from '../../contracts/caller.js';
import { scopes } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { Secret } from '../../contracts/secret.js';
import type { Page, SessionAddress } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import { SessionName } from '../../contracts/session-name.js';
import { SessionFinder } from '../sessions/session-finder.js';
import type { NewCaller } from './caller-input.js';
import { checkedCaller, checkedGrant } from './caller-input.js';
import { CallerKeys } from './caller-keys.js';
import { CallerStore } from './caller-store.port.js';
import { localCaller } from './local-caller.js';
import type { Decision } from './may-use.js';
import { decisionOf, requireScope } from './may-use.js';

export interface CallerQuery {
  /** 1 to 200; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** A caller and the key that nobody will be told again. */
export interface CreatedCaller {
  readonly account: CallerAccount;
  readonly key: Secret;
}

/** Why a caller may, or may not, do what a scope stands for with a session. */
export interface AccessReport {
  readonly callerId: string;
  readonly sessionId: SessionId;
  readonly scope: Scope;
  readonly isAllowed: boolean;
  readonly reason: 'granted' | 'revoked' | 'expired' | 'scope-missing' | 'not-granted';
  /** By what it is allowed. */
  readonly grant?: KeptGrant;
}

/**
 * Who holds Maestro keys, and what each may use. Callers go by their id or their name. Injected, it acts for the application
 * itself; `for` gives the same for a caller. Every method may throw `caller.scope-missing` (it takes scope `admin`) and, where
 * it is about one caller, `caller.not-found`.
 */
@Injectable()
export class Callers {
  private caller: Caller = localCaller;

  constructor(
    @Inject(CallerStore) private readonly store: CallerStore,
    @Inject(CallerKeys) private readonly keys: CallerKeys,
    @Inject(SessionFinder) private readonly finder: SessionFinder,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  for(caller: Caller): Callers {
    const acting = new Callers(this.store, this.keys, this.finder, this.clock);
    acting.caller = caller;
    return acting;
  }

  /** @throws MaestroError `request.invalid`, `caller.name-taken` */
  async create(input: NewCaller): Promise<CreatedCaller> {
    requireScope(this.caller, 'admin');
    const checked = checkedCaller(input, this.clock.now());
    const id = randomUUID();
    const { text, kept } = await this.keys.make(id);
    return { account: shown(await this.store.insert({ id, ...checked, ...kept }, this.note('caller.create'))), key: text };
  }

  async get(caller: string): Promise<CallerAccount> {
    requireScope(this.caller, 'admin');
    return shown(await this.found(caller));
  }

  /** Revoked ones, too. @throws MaestroError `request.invalid` */
  async list({ limit = 50, cursor }: CallerQuery = {}): Promise<Page<CallerAccount>> {
    requireScope(this.caller, 'admin');
    const problems = [
      ...(Number.isInteger(limit) && limit >= 1 && limit <= 200 ? [] : ['limit must be a whole number from 1 to 200']),
      ...(cursor === undefined || SessionId.is(cursor) ? [] : ['cursor must be the nextCursor of the page before']),
    ];
    if (problems.length > 0) throw new MaestroError('request.invalid', { problems });
    const { data, nextCursor } = await this.store.list({ limit, ...(cursor !== undefined && { after: cursor }) });
    return { data: data.map(shown), ...(nextCursor !== undefined && { nextCursor }) };
  }

  /** Its key opens nothing any more from the next request on, on every replica. */
  async revoke(caller: string): Promise<void> {
    const { id } = await this.present(caller);
    if (!(await this.store.revoke(id, this.note('caller.revoke')))) throw notFound(caller);
  }

  /** `*` is allowed at the end of each. Granting what is granted changes nothing. @throws MaestroError `request.invalid` */
  async grant(caller: string, input: { readonly provider: string; readonly authType?: string; readonly name: string }): Promise<KeptGrant> {
    const { id } = await this.present(caller);
    const kept = await this.store.grant(id, checkedGrant(input), this.note('caller.grant'));
    if (kept === undefined) throw notFound(caller);
    return kept;
  }

  /** Also takes back what came with a session that the caller made. @throws MaestroError `caller.grant-not-found` */
  async revokeGrant(caller: string, grant: string): Promise<void> {
    const { id } = await this.present(caller);
    const isGone = SessionId.is(grant) && (await this.store.revokeGrant(id, grant, this.note('caller.revoke-grant')));
    if (!isGone) throw new MaestroError('caller.grant-not-found', { grant });
  }

  /**
   * The session that a request of this caller means when it names none; `undefined`: none any more. Kept by id, so that it stays
   * through a rename and goes with the session.
   *
   * @throws MaestroError `session.not-found` where it is not granted to that caller, `session.ambiguous`, `provider.id-invalid`
   */
  async setDefault(caller: string, provider: string, session: string | undefined): Promise<CallerAccount> {
    const record = await this.present(caller);
    const id = ProviderId.parse(provider);
    const sessionId = session === undefined ? undefined : await this.grantedSession(record, { provider: id, session });
    if (!(await this.store.setDefault(record.id, id, sessionId, this.note('caller.set-default')))) throw notFound(caller);
    return this.get(record.id);
  }

  /** @throws MaestroError `session.not-found`, `session.ambiguous`; no caller's grants hide a session here */
  async why(caller: string, address: SessionAddress, scope: Scope = 'chat'): Promise<AccessReport> {
    requireScope(this.caller, 'admin');
    const record = await this.found(caller);
    const session = await this.finder.find(localCaller, 'sessions:read', address);
    const about = { callerId: record.id, sessionId: session.id, scope };
    const ended = this.endOf(record);
    if (ended !== undefined) return { ...about, isAllowed: false, reason: ended };
    return { ...about, ...outcomeOf(decisionOf(record, scope, session)) };
  }

  /** The reference is checked when it is kept, with the rights of whoever will use it. */
  private async grantedSession({ id, name, grants }: CallerRecord, address: SessionAddress): Promise<SessionId> {
    return (await this.finder.find({ id, name, scopes, grants }, 'chat', address)).id;
  }

  private endOf({ revokedAt, expiresAt }: CallerRecord): 'revoked' | 'expired' | undefined {
    if (revokedAt !== undefined) return 'revoked';
    return expiresAt !== undefined && expiresAt <= this.clock.now() ? 'expired' : undefined;
  }

  private async present(caller: string): Promise<CallerRecord> {
    requireScope(this.caller, 'admin');
    const record = await this.found(caller);
    if (record.revokedAt !== undefined) throw notFound(caller);
    return record;
  }

  private async found(caller: string): Promise<CallerRecord> {
    const record = SessionId.is(caller) ? await this.store.find(caller) : await this.named(caller);
    if (record === undefined) throw notFound(caller);
    return record;
  }

  private async named(name: string): Promise<CallerRecord | undefined> {
    return SessionName.is(name) ? this.store.findByName(name) : undefined;
  }

  private note(action: AuditAction): AuditNote {
    return { actor: this.caller.id, action };
  }
}

function outcomeOf(decision: Decision<KeptGrant>): Pick<AccessReport, 'isAllowed' | 'reason' | 'grant'> {
  if (!decision.isAllowed) return decision;
  return { isAllowed: true, reason: 'granted', ...(decision.grant !== undefined && { grant: decision.grant }) };
}

/** Without what is kept of its key. */
function shown({ pepper: _pepper, secretVersion: _version, keyHash: _hash, ...account }: CallerRecord): CallerAccount {
  return account;
}

function notFound(caller: string): MaestroError {
  return new MaestroError('caller.not-found', { caller });
}
