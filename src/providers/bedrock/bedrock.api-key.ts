import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import { keyVerdict, testedWith } from '../../kit/api-key.js';
import { bedrockClient } from './bedrock.client.js';
import { identityIn, providerId, requireAllowed } from './bedrock.credentials.js';
import { listCall } from './bedrock.models.js';

/** A pair of access keys, a key of the vendor's own kind, or the machine's own credentials where its operator lets them. */
@Injectable()
export class BedrockApiKey implements ApiKeyBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  validateApiKey(apiKey: Secret): KeyVerdict {
    const identity = identityIn(apiKey);
    requireAllowed(identity, this.settings);
    if (identity.kind !== 'bearer') return {};
    const refused = [[/^A(?:KIA|SIA)/, 'an access key id needs its secret behind a colon']] as const;
    return keyVerdict({ provider: providerId, refused, warnings: [] }, apiKey);
  }

  createClient(credentials: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
    return bedrockClient(credentials, { baseUrl, http: this.http, settings: this.settings });
  }

  async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    return testedWith(listCall(client, options, '/foundation-models?byOutputModality=TEXT'));
  }
}
