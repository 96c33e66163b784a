import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import type { KeyForm } from '../../kit/api-key.js';
import { clientAt, keyVerdict, testedWith } from '../../kit/api-key.js';
import { callOf, defaultBaseUrl, providerId } from './anthropic.calls.js';

/** A token of a login has its own way in; a key of another form may be another gateway's. */
const keyForm: KeyForm = {
  provider: providerId,
  refused: [[/^sk-ant-o[ar]t\d/, 'it is a token of a login, not an API key']],
  warnings: [
    [/^sk-ant-admin/, 'an admin key manages an organisation and cannot chat'],
    [/^(?!sk-ant-)/, 'keys of Anthropic start with sk-ant-'],
  ],
};

@Injectable()
export class AnthropicApiKey implements ApiKeyBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  validateApiKey(apiKey: Secret): KeyVerdict {
    return keyVerdict(keyForm, apiKey);
  }

  createClient({ apiKey }: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
    return clientAt({
      baseUrl,
      defaultBaseUrl,
      authorise: (headers) => {
        headers['x-api-key'] = apiKey.reveal();
      },
      http: this.http,
      settings: this.settings,
    });
  }

  async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    return testedWith(callOf(client, options, { path: '/v1/models?limit=1' }));
  }
}
