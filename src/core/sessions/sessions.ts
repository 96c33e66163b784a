import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

import type { AuditAction, AuditNote } from '../../contracts/audit-event.js';
import { AuthType } from '../../contracts/auth-type.js';
import type { ConnectionReport } from '../../contracts/behaviours/api-key.behaviour.js';
import type { Caller } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import type { Credentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { Page, Session, SessionAddress, SessionRecord } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import { SessionName } from '../../contracts/session-name.js';
import { localCaller } from '../access/local-caller.js';
import { requireScope } from '../access/may-use.js';
import type { CoreOptions } from '../core-options.js';
import { coreOptions } from '../core-options.js';
import { signalOf } from '../never-aborted.js';
import { withRenewal } from '../refresh/with-renewal.js';
import { AuthorisedClients } from './authorised-client.js';
import { checkedBaseUrl } from './base-url.js';
import { CredentialCheck } from './credential-check.js';
import type { NewCredentials, NewSession, SessionCopy, SessionEdit, SessionQuery } from './new-session.js';
import { Revocations } from './revocations.js';
import { SecretKeeper } from './secret-keeper.js';
import { notFound, SessionFinder, undefinedIfNotFound } from './session-finder.js';
import { sessionFromRecord, statusAfter } from './session-lifecycle.js';
import { filterFrom, visiblePage } from './session-list.js';
import type { NewSessionRecord, SessionChange } from './session-store.port.js';
import { SessionStore } from './session-store.port.js';

/**
 * Named provider accounts: made, found, changed, tested, deleted. Injected, it acts for the application itself; `for` gives
 * the same for a caller. Every method may throw `caller.scope-missing`; what is not granted is `session.not-found`.
 */
@Injectable()
export class Sessions {
  private caller: Caller = localCaller;

  constructor(
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(SecretKeeper) private readonly keeper: SecretKeeper,
    @Inject(SessionFinder) private readonly finder: SessionFinder,
    @Inject(AuthorisedClients) private readonly clients: AuthorisedClients,
    @Inject(CredentialCheck) private readonly credentialCheck: CredentialCheck,
    @Inject(Revocations) private readonly revocations: Revocations,
    @Inject(coreOptions) private readonly options: CoreOptions,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  for(caller: Caller): Sessions {
    const { store, keeper, finder, clients, credentialCheck, revocations, options, clock } = this;
    const acting = new Sessions(store, keeper, finder, clients, credentialCheck, revocations, options, clock);
    acting.caller = caller;
    return acting;
  }

  /**
   * @throws MaestroError `session.name-invalid`, `session.name-taken`, `session.credentials-invalid`, `session.key-invalid`,
   * `session.base-url-refused`, `provider.unknown`, `operation.unsupported` (an auth type that the provider has not)
   */
  async create(input: { readonly provider: string; readonly authType: string } & NewSession): Promise<Session> {
    requireScope(this.caller, 'sessions:write');
    const provider = ProviderId.parse(input.provider);
    const authType = AuthType.parse(input.authType);
    const name = SessionName.parse(input.name);
    const { credentials, label, caution } = input;
    const baseUrl = this.ownAddress(input.baseUrl, undefined);
    await this.credentialCheck.check({ ...input, provider, authType, baseUrl });
    const state = caution === undefined ? {} : ({ status: 'needs_attention', statusReason: caution } as const);
    const fields = { provider, authType, name, ...state, ...(label !== undefined && { label }), ...(baseUrl !== undefined && { baseUrl }) };
    return this.insert(fields, credentials, this.note('session.create'), input.id);
  }

  /** @throws MaestroError `session.not-found`, `session.ambiguous` */
  async get(address: SessionAddress): Promise<Session> {
    return this.shown(await this.finder.find(this.caller, 'sessions:read', address));
  }

  /** @throws MaestroError `request.invalid` */
  async list(query: SessionQuery = {}): Promise<Page<Session>> {
    requireScope(this.caller, 'sessions:read');
    const { data, nextCursor } = await visiblePage(this.store, this.caller, { ...filterFrom(query), keyIds: this.keeper.keyIds });
    return { data: data.map((record) => this.shown(record)), ...(nextCursor !== undefined && { nextCursor }) };
  }

  /** @throws MaestroError `session.name-invalid`, `session.name-taken`, `session.changed` (by somebody else meanwhile) */
  async change(address: SessionAddress, { name, label, disabled }: SessionEdit): Promise<Session> {
    const record = await this.finder.find(this.caller, 'sessions:write', address);
    const status = disabled === undefined ? record.status : statusAfter(record.status, disabled ? 'disable' : 'enable');
    const change = {
      ...(name !== undefined && { name: SessionName.parse(name) }),
      ...(label !== undefined && { label }),
      ...(status !== record.status && { status, statusReason: null }),
    };
    const note = { ...this.note('session.change'), ...detailOf(change) };
    const changed = await this.store.change(record.id, record.generation, change, note);
    return this.shown(changed ?? changedMeanwhile(record));
  }

  /** Also heals a session that had to log in again. @throws MaestroError as `create`, and `session.changed` */
  async replaceCredentials(address: SessionAddress, input: NewCredentials): Promise<Session> {
    const record = await this.finder.find(this.caller, 'sessions:write', address);
    const { provider, authType } = record;
    const baseUrl = this.ownAddress(input.baseUrl, record.baseUrl);
    await this.credentialCheck.check({ ...input, provider, authType, baseUrl });
    const { credentials } = input;
    const owner = { ...record, secretVersion: record.secretVersion + 1 };
    const { secretHint = null, expiresAt = null, ...kept } = await this.keeper.seal(credentials, owner);
    const change = { ...kept, secretVersion: owner.secretVersion, secretHint, expiresAt, baseUrl: baseUrl ?? null };
    const replaced = await this.store.replaceSecret(record.id, record.generation, change, this.note('session.replace-secret'));
    return this.withDuplicates(replaced ?? changedMeanwhile(record), credentials);
  }

  /**
   * The same credentials under another name, sealed anew; provider, state and address are those of the session. Of a login whose
   * refresh token is good for one use, only one of the two will stay alive.
   *
   * @throws MaestroError `session.name-invalid`, `session.name-taken`, `session.unreadable`
   */
  async clone(address: SessionAddress, { id: copyId, name, label }: SessionCopy): Promise<Session> {
    const record = await this.finder.find(this.caller, 'sessions:write', address);
    const copyLabel = label === undefined ? record.label : label;
    const { id, provider, authType, baseUrl, status, statusReason } = record;
    const copy = {
      ...{ provider, authType, name: SessionName.parse(name), status },
      ...(typeof copyLabel === 'string' && { label: copyLabel }),
      ...(baseUrl !== undefined && { baseUrl }),
      ...(statusReason !== undefined && { statusReason }),
    };
    return this.insert(copy, await this.keeper.open(record), { ...this.note('session.clone'), related: id }, copyId);
  }

  /** The secret is destroyed at once, the name is free; a login is revoked afterwards. @throws MaestroError `session.not-found` */
  async delete(address: SessionAddress): Promise<void> {
    for (let tries = 5; tries > 0; tries -= 1) {
      const record = await this.finder.find(this.caller, 'sessions:write', address);
      const { lastWord, begin } = await this.revocations.prepare(record, this.caller.id);
      if (await this.store.delete(record.id, this.note('session.delete'), lastWord)) {
        begin();
        return;
      }
      // A login may have been refreshed meanwhile: then the newer tokens are the ones to revoke.
      if (lastWord === undefined) break;
    }
    throw notFound(address);
  }

  /** Asks the provider whether it takes the credential. @throws MaestroError `session.credential-rejected` and upstream errors */
  async test(address: SessionAddress, options?: { readonly signal?: AbortSignal }): Promise<ConnectionReport> {
    const signal = signalOf(options);
    const open = await this.clients.open(this.caller, 'sessions:read', address, signal);
    return withRenewal(open, signal, (client) => this.credentialCheck.ask(open.session.provider, client, signal));
  }

  createNamedSession(provider: string, authType: string, name: string, credentials: Credentials): Promise<Session> {
    return this.create({ provider, authType, name, credentials });
  }

  async getNamedSession(provider: string, authType: string, name: string): Promise<Session | undefined> {
    return undefinedIfNotFound(this.get(addressOf(provider, authType, name)));
  }

  listProviderSessions(provider: string): Promise<readonly Session[]> {
    return this.listByProvider(provider);
  }

  deleteNamedSession(provider: string, authType: string, name: string): Promise<void> {
    return this.deleteByName(provider, authType, name);
  }

  getByProviderAndName(provider: string, authType: string, name: string): Promise<Session | undefined> {
    return this.getNamedSession(provider, authType, name);
  }

  /** Makes the session, or gives the one of that name new credentials. */
  async upsert(provider: string, authType: string, name: string, credentials: Credentials): Promise<Session> {
    const existing = await undefinedIfNotFound(this.replaceCredentials(addressOf(provider, authType, name), { credentials }));
    return existing ?? this.create({ provider, authType, name, credentials });
  }

  async listByProvider(provider: string): Promise<readonly Session[]> {
    const sessions: Session[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.list({ provider, limit: 200, ...(cursor !== undefined && { cursor }) });
      sessions.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return sessions;
  }

  async deleteByName(provider: string, authType: string, name: string): Promise<void> {
    return this.delete(addressOf(provider, authType, name));
  }

  private async insert(
    fields: Omit<NewSessionRecord, 'id' | 'secret' | 'secretVersion'>,
    credentials: Credentials,
    note: AuditNote,
    id = SessionId.of(randomUUID()),
  ): Promise<Session> {
    const { id: callerId } = this.caller;
    // The callers that are no rows have everything granted.
    const maker = SessionId.is(callerId) ? { ownerId: callerId } : {};
    const owner = { ...fields, ...maker, id, secretVersion: 1 };
    const { nextRefreshAt, ...kept } = await this.keeper.seal(credentials, owner);
    const ahead = fields.status === 'needs_attention' || nextRefreshAt === undefined ? {} : { nextRefreshAt };
    return this.withDuplicates(await this.store.insert({ ...owner, ...kept, ...ahead }, note), credentials);
  }

  private async withDuplicates(record: SessionRecord, credentials: Credentials): Promise<Session> {
    const duplicates = await this.keeper.duplicatesFor(this.caller, credentials, record);
    return { ...this.shown(record), ...(duplicates.length > 0 && { duplicates }) };
  }

  private shown(record: SessionRecord): Session {
    return sessionFromRecord(record, this.clock.now(), this.keeper.keyIds);
  }

  private note(action: AuditAction): AuditNote {
    return { actor: this.caller.id, action };
  }

  /** The address that a credential will be bound to. It changes together with the credential only, and by an admin only. */
  private ownAddress(wanted: string | null | undefined, present: string | undefined): string | undefined {
    if (wanted === undefined) return present;
    const address = wanted === null ? undefined : checkedBaseUrl(wanted, { allowPrivate: this.options.allowPrivateUpstreams });
    if (address !== present) requireScope(this.caller, 'admin');
    return address;
  }
}

function addressOf(provider: string, authType: string, name: string): SessionAddress {
  return { provider: ProviderId.parse(provider), authType: AuthType.parse(authType), session: SessionName.parse(name) };
}

function changedMeanwhile({ provider, name }: SessionRecord): never {
  throw new MaestroError('session.changed', { provider, name });
}

/** What was changed, not what it was changed to: a name may say more than the trail should. */
function detailOf({ name, label, status }: SessionChange): { readonly detail?: string } {
  const changed = [name !== undefined && 'name', label !== undefined && 'label', status !== undefined && `status:${status}`];
  const detail = changed.filter((part) => part !== false).join(' ');
  return detail === '' ? {} : { detail };
}
