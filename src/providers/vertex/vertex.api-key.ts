import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import type {
  CallOptions,
  ClientOptions,
  HttpClient,
  OutgoingHeaders,
  ProviderClient,
  ProviderSettings,
} from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import { keyVerdict, testedWith } from '../../kit/api-key.js';
import { ShortLivedTokens } from '../../kit/oauth/short-lived-tokens.js';
import { callOf } from './vertex.calls.js';
import { keyClient, projectClient, providerId } from './vertex.client.js';
import { serviceAccountIn, signingKeyOf, tokensOf } from './vertex.service-account.js';

/** A service account's key file, or a key of the express mode. */
@Injectable()
export class VertexApiKey implements ApiKeyBehaviour {
  private readonly tokens = new ShortLivedTokens();

  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  validateApiKey(apiKey: Secret): KeyVerdict {
    const account = serviceAccountIn(apiKey);
    if (account === undefined) {
      return keyVerdict({ provider: providerId, warnings: [[/^ya29\./, 'this looks like an access token, which is no key']] }, apiKey);
    }
    signingKeyOf(account);
    return {};
  }

  createClient({ apiKey, extra }: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
    const { http, settings } = this;
    const account = serviceAccountIn(apiKey);
    if (account === undefined) {
      const authorise = (headers: OutgoingHeaders): void => {
        headers['x-goog-api-key'] = apiKey.reveal();
      };
      return keyClient({ baseUrl, authorise, http, settings });
    }
    // Whoever waits may leave; the token is for the others and for the next.
    const call = { http, signal: new AbortController().signal };
    const authorise = async (headers: OutgoingHeaders): Promise<void> => {
      const token = await this.tokens.of(providerId, apiKey, () => tokensOf(account, settings, call));
      headers['authorization'] = `Bearer ${token.reveal()}`;
    };
    return projectClient({ baseUrl, project: account.project, extra, authorise, http, settings });
  }

  async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    return testedWith(callOf(client, options, { path: '/publishers/google/models?pageSize=1' }));
  }
}
