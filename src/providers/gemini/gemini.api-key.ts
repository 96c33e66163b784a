import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import { requestJson } from '../../kit/wire-call.js';
import { callOf, defaultBaseUrl, providerId } from './gemini.calls.js';

@Injectable()
export class GeminiApiKey implements ApiKeyBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  /** Loose on purpose: keys began with `AIza` for ten years, and since 2026 new ones begin with `AQ.`. */
  validateApiKey(apiKey: Secret): KeyVerdict {
    const key = apiKey.reveal();
    if (key === '') throw invalid('it is empty');
    if (!/^[\x21-\x7e]+$/.test(key)) throw invalid('it has blanks or characters that no key has');
    if (key.length > 512) throw invalid('it is longer than any key');
    if (key.startsWith('ya29.')) return { warning: 'this looks like the access token of a login, which is no API key' };
    if (!/^(?:AIza|AQ\.)/.test(key)) return { warning: 'keys of Google AI Studio start with AQ. or AIza' };
    return {};
  }

  createClient({ apiKey, extra }: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
    const address = baseUrl ?? this.settings.text('baseUrl') ?? defaultBaseUrl;
    const project = extra['projectId'];
    return {
      baseUrl: address.replace(/\/+$/, ''),
      // In a header and never as `?key=`: addresses end up in logs.
      authorise(headers) {
        headers['x-goog-api-key'] = apiKey.reveal();
        if (project !== undefined) headers['x-goog-user-project'] = project;
      },
      http: this.http,
      settings: this.settings,
    };
  }

  async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
    const before = performance.now();
    await requestJson(callOf(client, options, { path: '/models?pageSize=1' }));
    return { keyAccepted: true, latencyMs: Math.round(performance.now() - before) };
  }
}

function invalid(problem: string): MaestroError {
  return new MaestroError('session.key-invalid', { provider: providerId, problem });
}
