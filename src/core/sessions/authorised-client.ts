import { Inject, Injectable } from '@nestjs/common';

import type { Caller, Scope } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import type { Credentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { Session, SessionAddress, SessionRecord, SessionStatus } from '../../contracts/session.js';
import type { CoreOptions } from '../core-options.js';
import { coreOptions } from '../core-options.js';
import type { RefreshReason } from '../refresh/token-refresh.js';
import { TokenRefresh } from '../refresh/token-refresh.js';
import { isDue, isExpired, timeOf } from '../refresh/token-expiry.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { LastUsed } from './last-used.js';
import { openCredentials } from './sealing.js';
import { SecretBox } from './secret-box.port.js';
import { SessionFinder } from './session-finder.js';
import { sessionFromRecord } from './session-lifecycle.js';

/** A session that is open: its way to the provider. */
export interface OpenSession {
  readonly session: Session;
  readonly client: ProviderClient;
  /** The same with new tokens, for when the provider did not take these. Absent: there is no way to get others. */
  readonly renew?: (signal: AbortSignal | undefined) => Promise<OpenSession>;
}

interface Held {
  readonly record: SessionRecord;
  readonly credentials: Credentials;
  readonly client: ProviderClient;
}

/** From a session's address to a client that holds its credential. The access decision falls before a secret is opened. */
@Injectable()
export class AuthorisedClients {
  /** What was opened lives as long as the record that it was opened from: a change brings another record. */
  private readonly held = new WeakMap<SessionRecord, Held>();

  constructor(
    @Inject(SessionFinder) private readonly finder: SessionFinder,
    @Inject(SecretBox) private readonly box: SecretBox,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(LastUsed) private readonly lastUsed: LastUsed,
    @Inject(TokenRefresh) private readonly refresh: TokenRefresh,
    @Inject(coreOptions) private readonly options: CoreOptions,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * A login close to its end is refreshed before.
   *
   * @throws MaestroError `caller.scope-missing`, `session.not-found`, `session.ambiguous`, `session.disabled`, `session.expired`,
   * `session.reauth-required`, `session.unreadable`, `operation.unsupported`; where its access token is over also what
   * `TokenRefresh.ensureFresh` throws
   */
  async open(caller: Caller, scope: Scope, address: SessionAddress, signal?: AbortSignal): Promise<OpenSession> {
    const { record, age } = await this.finder.findToUse(caller, scope, address);
    const session = this.shown(record);
    refuseUnusable(session);
    const found = this.held.get(record) ?? (await this.hold(record));
    if (!isRefreshable(found.credentials)) refuseExpired(session);
    const held = isRefreshable(found.credentials) ? await this.fresh(found, age, signal) : found;
    this.lastUsed.note(record.id);
    return this.opened(held, held === found ? session : this.shown(held.record));
  }

  /** @throws MaestroError `provider.unknown`, `operation.unsupported` */
  clientFor(provider: ProviderId, credentials: Credentials, baseUrl: string | undefined): ProviderClient {
    const options = baseUrl === undefined ? {} : { baseUrl };
    const client =
      credentials.authType === 'oauth'
        ? this.registry.resolve(provider, 'oauth').createClient(credentials, options)
        : this.registry.resolve(provider, 'api-key').createClient(credentials, options);
    return baseUrl === undefined ? client : { ...client, http: this.options.ownAddressHttp };
  }

  private async hold(record: SessionRecord): Promise<Held> {
    const credentials = await openCredentials(this.box, record);
    const held = { record, credentials, client: this.clientFor(record.provider, credentials, record.baseUrl) };
    this.held.set(record, held);
    return held;
  }

  private opened({ record, credentials, client }: Held, session: Session): OpenSession {
    if (!isRefreshable(credentials)) return { session, client };
    const renew = async (signal: AbortSignal | undefined): Promise<OpenSession> => {
      const held = await this.renewed(record, 'rejected', signal);
      return this.opened(held, this.shown(held.record));
    };
    return { session, client, renew };
  }

  /** Of a login that can be refreshed. */
  private async fresh(held: Held, age: number, signal: AbortSignal | undefined): Promise<Held> {
    const { record } = held;
    const now = timeOf(record, this.clock, age);
    if (!isDue(record, now)) return held;
    try {
      return await this.renewed(record, 'due', signal);
    } catch (error) {
      // What is left of an access token's life is worth more than an early end of the request.
      if (!isExpired(record, now) && MaestroError.is(error) && mayPass.has(error.code)) return held;
      throw error;
    }
  }

  private async renewed(seen: SessionRecord, reason: RefreshReason, signal: AbortSignal | undefined): Promise<Held> {
    const record = await this.refresh.ensureFresh(seen, reason, signal === undefined ? {} : { signal });
    return this.hold(record);
  }

  private shown(record: SessionRecord): Session {
    return sessionFromRecord(record, this.clock.now(), this.box.keyIds);
  }
}

/** Failures of a refresh that say nothing against the access token that is there. */
const mayPass: ReadonlySet<string> = new Set([
  'session.refresh-busy',
  'session.refresh-paused',
  'oauth.misconfigured',
  'login.not-configured',
  'database.unavailable',
  'upstream.unreachable',
  'upstream.timeout',
  'upstream.disconnected',
  'upstream.rate-limited',
  'upstream.overloaded',
  'upstream.failed',
  'upstream.malformed',
  'upstream.invalid-request',
  'upstream.permission-denied',
  'internal',
]);

function isRefreshable(credentials: Credentials): boolean {
  return credentials.authType === 'oauth' && credentials.refreshToken !== undefined;
}

function refuseExpired({ status, provider, name, expiresAt }: Session): void {
  if (status !== 'expired') return;
  throw new MaestroError('session.expired', { provider, name, expiredAt: expiresAt?.toISOString() ?? 'an unknown time' });
}

function refuseUnusable(session: Session): void {
  const refusal = refusals[session.status];
  if (refusal !== undefined) throw refusal(session);
}

const refusals: Readonly<Record<SessionStatus, ((session: Session) => MaestroError) | undefined>> = {
  active: undefined,
  // Worth trying: the provider has the last word.
  needs_attention: undefined,
  disabled: ({ provider, name }) => new MaestroError('session.disabled', { provider, name }),
  // Not for a login that can be refreshed: who opens the secret will see.
  expired: undefined,
  reauth_required: reauthRequired,
  exhausted: reauthRequired,
  unreadable: undefined,
};

function reauthRequired({ provider, name, status, statusReason }: Session): MaestroError {
  return new MaestroError('session.reauth-required', { provider, name, reason: statusReason ?? status });
}
