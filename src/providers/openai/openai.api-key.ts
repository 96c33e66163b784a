import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import { requestJson } from '../../kit/wire-call.js';
import { callOf, defaultBaseUrl, providerId } from './openai.calls.js';

@Injectable()
export class OpenAiApiKey implements ApiKeyBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  /** Loose on purpose: forms of keys change, and other servers of this wire have keys of their own or none that mean anything. */
  validateApiKey(apiKey: Secret): KeyVerdict {
    const key = apiKey.reveal();
    if (key === '') throw invalid('it is empty');
    if (key.length > 512) throw invalid('it is longer than 512 characters');
    if (!/^[\x21-\x7e]+$/.test(key)) throw invalid('it has blanks or characters that no key has');
    if (key.startsWith('sk-admin-')) return { warning: 'an admin key manages an organisation and cannot chat' };
    if (!key.startsWith('sk-')) return { warning: 'keys of OpenAI start with sk-' };
    return {};
  }

  /** `extra.organizationId` and `extra.projectId` say on whose account a key of several organisations acts. */
  createClient({ apiKey, extra }: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
    const { organizationId, projectId } = extra;
    const address = baseUrl ?? this.settings.text('baseUrl') ?? defaultBaseUrl;
    return {
      baseUrl: address.replace(/\/+$/, ''),
      authorise(headers) {
        headers['authorization'] = `Bearer ${apiKey.reveal()}`;
        if (organizationId !== undefined) headers['openai-organization'] = organizationId;
        if (projectId !== undefined) headers['openai-project'] = projectId;
      },
      http: this.http,
      settings: this.settings,
    };
  }

  async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    const before = performance.now();
    await requestJson(callOf(client, options, { path: '/models' }));
    return { keyAccepted: true, latencyMs: Math.round(performance.now() - before) };
  }
}

function invalid(problem: string): MaestroError {
  return new MaestroError('session.key-invalid', { provider: providerId, problem });
}
