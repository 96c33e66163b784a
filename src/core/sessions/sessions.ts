import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

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
import { AuthorisedClients } from './authorised-client.js';
import { checkedBaseUrl } from './base-url.js';
import { CredentialCheck } from './credential-check.js';
import type { NewCredentials, NewSession, SessionEdit, SessionQuery } from './new-session.js';
import { sealCredentials } from './sealing.js';
import { SecretBox } from './secret-box.port.js';
import { notFound, SessionFinder } from './session-finder.js';
import { sessionFromRecord, statusAfter } from './session-lifecycle.js';
import { filterFrom, visiblePage } from './session-list.js';
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
    @Inject(SecretBox) private readonly box: SecretBox,
    @Inject(SessionFinder) private readonly finder: SessionFinder,
    @Inject(AuthorisedClients) private readonly clients: AuthorisedClients,
    @Inject(CredentialCheck) private readonly credentialCheck: CredentialCheck,
    @Inject(coreOptions) private readonly options: CoreOptions,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  for(caller: Caller): Sessions {
    const { store, box, finder, clients, credentialCheck, options, clock } = this;
    const acting = new Sessions(store, box, finder, clients, credentialCheck, options, clock);
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
    const { credentials, label } = input;
    const baseUrl = this.ownAddress(input.baseUrl, undefined);
    await this.credentialCheck.check({ ...input, provider, authType, baseUrl });
    const id = SessionId.of(randomUUID());
    const secretVersion = 1;
    const secret = await sealCredentials(this.box, credentials, { id, provider, authType, secretVersion });
    const hint = hintOf(credentials);
    const expiresAt = expiryOf(credentials);
    const record = await this.store.insert({
      id,
      provider,
      authType,
      name,
      secret,
      secretVersion,
      ...(label !== undefined && { label }),
      ...(baseUrl !== undefined && { baseUrl }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(hint !== undefined && { secretHint: hint }),
    });
    return this.shown(record);
  }

  /** @throws MaestroError `session.not-found`, `session.ambiguous` */
  async get(address: SessionAddress): Promise<Session> {
    return this.shown(await this.finder.find(this.caller, 'sessions:read', address));
  }

  /** @throws MaestroError `request.invalid` */
  async list(query: SessionQuery = {}): Promise<Page<Session>> {
    requireScope(this.caller, 'sessions:read');
    const { data, nextCursor } = await visiblePage(this.store, this.caller, filterFrom(query));
    return { data: data.map((record) => this.shown(record)), ...(nextCursor !== undefined && { nextCursor }) };
  }

  /** @throws MaestroError `session.name-invalid`, `session.name-taken`, `session.changed` (by somebody else meanwhile) */
  async change(address: SessionAddress, { name, label, disabled }: SessionEdit): Promise<Session> {
    const record = await this.finder.find(this.caller, 'sessions:write', address);
    const status = disabled === undefined ? record.status : statusAfter(record.status, disabled ? 'disable' : 'enable');
    const changed = await this.store.change(record.id, record.generation, {
      ...(name !== undefined && { name: SessionName.parse(name) }),
      ...(label !== undefined && { label }),
      ...(status !== record.status && { status, statusReason: null }),
    });
    return this.shown(changed ?? changedMeanwhile(record));
  }

  /** Also heals a session that had to log in again. @throws MaestroError as `create`, and `session.changed` */
  async replaceCredentials(address: SessionAddress, input: NewCredentials): Promise<Session> {
    const record = await this.finder.find(this.caller, 'sessions:write', address);
    const { provider, authType } = record;
    const baseUrl = this.ownAddress(input.baseUrl, record.baseUrl);
    await this.credentialCheck.check({ ...input, provider, authType, baseUrl });
    const secretVersion = record.secretVersion + 1;
    const secret = await sealCredentials(this.box, input.credentials, { ...record, secretVersion });
    const replaced = await this.store.replaceSecret(record.id, record.generation, {
      secret,
      secretVersion,
      secretHint: hintOf(input.credentials) ?? null,
      expiresAt: expiryOf(input.credentials) ?? null,
      baseUrl: baseUrl ?? null,
    });
    return this.shown(replaced ?? changedMeanwhile(record));
  }

  /** The secret is destroyed at once, the name is free again. @throws MaestroError `session.not-found` */
  async delete(address: SessionAddress): Promise<void> {
    const { id } = await this.finder.find(this.caller, 'sessions:write', address);
    if (!(await this.store.delete(id))) throw notFound(address);
  }

  /** Asks the provider whether it takes the credential. @throws MaestroError `session.credential-rejected` and upstream errors */
  async test(address: SessionAddress, options?: { readonly signal?: AbortSignal }): Promise<ConnectionReport> {
    const { session, client } = await this.clients.open(this.caller, 'sessions:read', address);
    return this.credentialCheck.ask(session.provider, client, signalOf(options));
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

  private shown(record: SessionRecord): Session {
    return sessionFromRecord(record, this.clock.now());
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

async function undefinedIfNotFound(session: Promise<Session>): Promise<Session | undefined> {
  try {
    return await session;
  } catch (error) {
    if (MaestroError.is(error) && error.code === 'session.not-found') return undefined;
    throw error;
  }
}

function changedMeanwhile({ provider, name }: SessionRecord): never {
  throw new MaestroError('session.changed', { provider, name });
}

function hintOf(credentials: Credentials): string | undefined {
  return credentials.authType === 'api_key' ? credentials.apiKey.hint : undefined;
}

function expiryOf(credentials: Credentials): Date | undefined {
  return credentials.authType === 'oauth' ? credentials.expiresAt : undefined;
}
