import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import type { KeyForm } from '../../kit/api-key.js';
import { clientAt, keyVerdict, testedWith } from '../../kit/api-key.js';
import { callOf, defaultBaseUrl, providerId } from './openai.calls.js';
import { isChatGpt, unsupported } from './openai.chatgpt.js';

/** Other servers of this wire have keys of their own, or none that mean anything. */
const keyForm: KeyForm = {
  provider: providerId,
  warnings: [
    [/^sk-admin-/, 'an admin key manages an organisation and cannot chat'],
    [/^(?!sk-)/, 'keys of OpenAI start with sk-'],
  ],
};

@Injectable()
export class OpenAiApiKey implements ApiKeyBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  validateApiKey(apiKey: Secret): KeyVerdict {
    return keyVerdict(keyForm, apiKey);
  }

  /** `extra.organizationId` and `extra.projectId` say on whose account a key of several organisations acts. */
  createClient({ apiKey, extra }: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
    const { organizationId, projectId } = extra;
    return clientAt({
      baseUrl,
      defaultBaseUrl,
      authorise: (headers) => {
        headers['authorization'] = `Bearer ${apiKey.reveal()}`;
        if (organizationId !== undefined) headers['openai-organization'] = organizationId;
        if (projectId !== undefined) headers['openai-project'] = projectId;
      },
      http: this.http,
      settings: this.settings,
    });
  }

  async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    // All that this backend does is answer, and that is not free.
    if (isChatGpt(client)) throw unsupported('test of a connection');
    return testedWith(callOf(client, options, { path: '/models' }));
  }
}
