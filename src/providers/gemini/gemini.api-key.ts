import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import type { KeyForm } from '../../kit/api-key.js';
import { clientAt, keyVerdict, testedWith } from '../../kit/api-key.js';
import { defaultBaseUrl, providerId, testCall } from './gemini.calls.js';

/** Keys began with `AIza` for ten years, and since 2026 new ones begin with `AQ.`. */
const keyForm: KeyForm = {
  provider: providerId,
  warnings: [
    [/^ya29\./, 'this looks like the access token of a login, which is no API key'],
    [/^(?!AIza|AQ\.)/, 'keys of Google AI Studio start with AQ. or AIza'],
  ],
};

@Injectable()
export class GeminiApiKey implements ApiKeyBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  validateApiKey(apiKey: Secret): KeyVerdict {
    return keyVerdict(keyForm, apiKey);
  }

  createClient({ apiKey, extra }: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
    const project = extra['projectId'];
    return clientAt({
      baseUrl,
      defaultBaseUrl,
      // In a header and never as `?key=`: addresses end up in logs.
      authorise: (headers) => {
        headers['x-goog-api-key'] = apiKey.reveal();
        if (project !== undefined) headers['x-goog-user-project'] = project;
      },
      http: this.http,
      settings: this.settings,
    });
  }

  async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    return testedWith(testCall(client, options));
  }
}
