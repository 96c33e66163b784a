import { Inject, Injectable } from '@nestjs/common';

import type { Caller, Scope } from '../../contracts/caller.js';
import { Clock } from '../../contracts/clock.js';
import type { Credentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { Session, SessionAddress, SessionStatus } from '../../contracts/session.js';
import type { CoreOptions } from '../core-options.js';
import { coreOptions } from '../core-options.js';
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
}

/** From a session's address to a client that holds its credential. The access decision falls before a secret is opened. */
@Injectable()
export class AuthorisedClients {
  constructor(
    @Inject(SessionFinder) private readonly finder: SessionFinder,
    @Inject(SecretBox) private readonly box: SecretBox,
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(LastUsed) private readonly lastUsed: LastUsed,
    @Inject(coreOptions) private readonly options: CoreOptions,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * @throws MaestroError `caller.scope-missing`, `session.not-found`, `session.ambiguous`, `session.disabled`, `session.expired`,
   * `session.reauth-required`, `session.unreadable`, `operation.unsupported`
   */
  async open(caller: Caller, scope: Scope, address: SessionAddress): Promise<OpenSession> {
    const record = await this.finder.find(caller, scope, address);
    const session = sessionFromRecord(record, this.clock.now(), this.box.keyIds);
    refuseUnusable(session);
    const credentials = await openCredentials(this.box, record);
    const client = this.clientFor(record.provider, credentials, record.baseUrl);
    this.lastUsed.note(record.id);
    return { session, client };
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
  expired: ({ provider, name, expiresAt }) =>
    new MaestroError('session.expired', { provider, name, expiredAt: expiresAt?.toISOString() ?? 'an unknown time' }),
  reauth_required: reauthRequired,
  exhausted: reauthRequired,
  unreadable: undefined,
};

function reauthRequired({ provider, name, status, statusReason }: Session): MaestroError {
  return new MaestroError('session.reauth-required', { provider, name, reason: statusReason ?? status });
}
