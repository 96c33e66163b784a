import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type {
  CallOptions,
  ClientOptions,
  HttpClient,
  OutgoingHeaders,
  ProviderClient,
  ProviderSettings,
} from '../../contracts/provider-client.js';
import { Secret } from '../../contracts/secret.js';
import { keyVerdict, testedWith } from '../../kit/api-key.js';
import { ShortLivedTokens } from '../../kit/oauth/short-lived-tokens.js';
import { callOf } from './azure.calls.js';
import { azureClient, providerId } from './azure.client.js';
import type { Application } from './azure.entra.js';
import { tokensOfSecret } from './azure.entra.js';

/** A resource's key, or the secret of an application of Entra ID where `tenantId` and `clientId` go with it. */
@Injectable()
export class AzureApiKey implements ApiKeyBehaviour {
  private readonly tokens = new ShortLivedTokens();

  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  validateApiKey(apiKey: Secret): KeyVerdict {
    return keyVerdict(
      { provider: providerId, warnings: [[/^sk-/, 'keys of OpenAI itself, which start with sk-, open no resource']] },
      apiKey,
    );
  }

  createClient(credentials: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
    const { extra } = credentials;
    return azureClient({ baseUrl, extra, authorise: this.authoriser(credentials), http: this.http, settings: this.settings });
  }

  async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    return testedWith(callOf(client, options, { path: '/models' }));
  }

  private authoriser({ apiKey, extra }: ApiKeyCredentials): ProviderClient['authorise'] {
    const application = applicationIn(extra);
    if (application === undefined) {
      return (headers) => {
        headers['api-key'] = apiKey.reveal();
      };
    }
    return async (headers: OutgoingHeaders) => {
      headers['authorization'] = `Bearer ${(await this.tokenOf(application, apiKey)).reveal()}`;
    };
  }

  private tokenOf(application: Application, secret: Secret): Promise<Secret> {
    const identity = Secret.of(JSON.stringify([application.tenantId, application.clientId, secret.reveal()]));
    // Whoever waits may leave; the token is for the others and for the next.
    const call = { http: this.http, signal: new AbortController().signal };
    return this.tokens.of(providerId, identity, () => tokensOfSecret(application, secret, this.settings, call));
  }
}

function applicationIn({ tenantId, clientId }: Readonly<Record<string, string>>): Application | undefined {
  if (tenantId === undefined && clientId === undefined) return undefined;
  if (tenantId !== undefined && clientId !== undefined) return { tenantId, clientId };
  throw new MaestroError('session.credentials-invalid', { problem: 'an application of Entra ID needs both tenantId and clientId' });
}
