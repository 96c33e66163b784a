import { Inject } from '@nestjs/common';
import type {
  ApiKeyBehaviour,
  ApiKeyCredentials,
  CallOptions,
  ClientOptions,
  ConnectionReport,
  HttpClient,
  KeyVerdict,
  ProviderClient,
  ProviderSettings,
  Secret,
} from 'maestro-llm/contracts';
import { providerHttp, providerSettings } from 'maestro-llm/contracts';
import { clientAt, keyVerdict, testedWith } from 'maestro-llm/kit';

import { callOf, defaultBaseUrl, providerId } from './sample.calls.js';

export class SampleApiKey implements ApiKeyBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  /** Loosely: vendors change the form of their keys. What is strange is a warning, what no header can hold is refused. */
  validateApiKey(apiKey: Secret): KeyVerdict {
    return keyVerdict({ provider: providerId, warnings: [[/^(?!sample-)/, 'keys of Sample start with sample-']] }, apiKey);
  }

  createClient({ apiKey }: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
    return clientAt({
      baseUrl,
      defaultBaseUrl,
      authorise: (headers) => {
        headers['authorization'] = `Bearer ${apiKey.reveal()}`;
      },
      http: this.http,
      settings: this.settings,
    });
  }

  async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    return testedWith(callOf(client, options, { path: '/v1/models' }));
  }
}
