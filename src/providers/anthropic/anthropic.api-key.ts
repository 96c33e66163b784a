import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import { requestJson } from '../../kit/wire-call.js';
import { callOf, defaultBaseUrl, providerId } from './anthropic.calls.js';

@Injectable()
export class AnthropicApiKey implements ApiKeyBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  /** Loose on purpose: the vendor has changed the form of its keys before, and other gateways speak this wire with their own. */
  validateApiKey(apiKey: Secret): KeyVerdict {
    const key = apiKey.reveal();
    if (key === '') throw invalid('it is empty');
    if (!/^[\x21-\x7e]+$/.test(key)) throw invalid('it has blanks or characters that no key has');
    if (/^sk-ant-o[ar]t\d/.test(key)) throw invalid('it is a token of a login, not an API key');
    if (key.startsWith('sk-ant-admin')) return { warning: 'an admin key manages an organisation and cannot chat' };
    if (!key.startsWith('sk-ant-')) return { warning: 'keys of Anthropic start with sk-ant-' };
    return {};
  }

  createClient({ apiKey }: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
    const address = baseUrl ?? this.settings.text('baseUrl') ?? defaultBaseUrl;
    return {
      baseUrl: address.replace(/\/+$/, ''),
      authorise(headers) {
        headers['x-api-key'] = apiKey.reveal();
      },
      http: this.http,
      settings: this.settings,
    };
  }

  async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    const before = performance.now();
    await requestJson(callOf(client, options, { path: '/v1/models?limit=1' }));
    return { keyAccepted: true, latencyMs: Math.round(performance.now() - before) };
  }
}

function invalid(problem: string): MaestroError {
  return new MaestroError('session.key-invalid', { provider: providerId, problem });
}
