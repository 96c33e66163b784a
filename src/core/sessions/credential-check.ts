import { Inject, Injectable, Logger } from '@nestjs/common';

import type { AuthType } from '../../contracts/auth-type.js';
import type { ConnectionReport } from '../../contracts/behaviours/api-key.behaviour.js';
import type { Credentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import { signalOf } from '../never-aborted.js';
import { behaviourOfAuthType } from '../registry/capabilities.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { AuthorisedClients } from './authorised-client.js';

/** What is about to be stored. */
export interface Candidate {
  readonly provider: ProviderId;
  readonly authType: AuthType;
  readonly credentials: Credentials;
  readonly baseUrl: string | undefined;
  readonly verify?: boolean;
  readonly signal?: AbortSignal;
}

/** Looks at credentials before they are stored: their form always, with the provider where asked to. */
@Injectable()
export class CredentialCheck {
  private readonly logger = new Logger('Sessions');

  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(AuthorisedClients) private readonly clients: AuthorisedClients,
  ) {}

  /**
   * @throws MaestroError `provider.unknown`, `operation.unsupported`, `session.credentials-invalid`, `session.key-invalid`; with
   * `verify` also `session.credential-rejected` and upstream errors
   */
  async check({ provider, authType, credentials, baseUrl, verify, signal }: Candidate): Promise<void> {
    this.registry.resolve(provider, behaviourOfAuthType[authType]);
    if (credentials.authType !== authType) {
      const problem = `they are for ${credentials.authType}, the session is for ${authType}`;
      throw new MaestroError('session.credentials-invalid', { problem });
    }
    this.checkForm(provider, credentials);
    if (verify !== true) return;
    await this.ask(provider, this.clients.clientFor(provider, credentials, baseUrl), signalOf(signal && { signal }));
  }

  /** The provider's cheapest request; it takes a client however it was made. @throws MaestroError `operation.unsupported` and upstream errors */
  ask(provider: ProviderId, client: ProviderClient, signal: AbortSignal): Promise<ConnectionReport> {
    return this.registry.resolve(provider, 'api-key').testConnection(client, { signal });
  }

  private checkForm(provider: ProviderId, credentials: Credentials): void {
    if (credentials.authType !== 'api_key') return;
    const { warning } = this.registry.resolve(provider, 'api-key').validateApiKey(credentials.apiKey);
    if (warning !== undefined) this.logger.warn(`a key for ${provider} looks unusual: ${warning}`);
  }
}
