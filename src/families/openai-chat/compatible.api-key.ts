import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials, CredentialExtra } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { environmentNameOf, noKey } from '../../contracts/manifest.js';
import type { BehaviourClass } from '../../contracts/manifest.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import type { KeyForm } from '../../kit/api-key.js';
import { clientAt, keyVerdict, testedWith } from '../../kit/api-key.js';
import { failureFromAnswer } from '../../kit/error-report.js';
import { modelsPathOf } from './compatible.models.js';
import type { CompatibleVendor } from './vendor.js';

export function apiKeyOf(vendor: CompatibleVendor): BehaviourClass<ApiKeyBehaviour> {
  const { id: provider, baseUrl: defaultBaseUrl, differences = {} } = vendor;
  const { headers: fixed = {}, settingHeaders = {}, isKeyOptional = false, keyProof = modelsPathOf(vendor) } = differences;
  const keyForm: KeyForm = {
    provider,
    refused: isKeyOptional ? [] : [[new RegExp(`^${noKey}$`), 'this provider wants one']],
    warnings: [],
  };

  @Injectable()
  class CompatibleApiKey implements ApiKeyBehaviour {
    constructor(
      @Inject(providerSettings) private readonly settings: ProviderSettings,
      @Inject(providerHttp) private readonly http: HttpClient,
    ) {}

    validateApiKey(apiKey: Secret): KeyVerdict {
      return keyVerdict(keyForm, apiKey);
    }

    createClient({ apiKey, extra }: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
      const address = baseUrl ?? this.settings.text('baseUrl') ?? defaultBaseUrl;
      const isKeyless = isKeyOptional && apiKey.reveal() === noKey;
      return clientAt({
        baseUrl: filledIn(address, (name) => extra[name] ?? this.settings.text(name) ?? missing(provider, name)),
        defaultBaseUrl,
        authorise: (headers) => {
          Object.assign(headers, fixed);
          for (const [header, setting] of Object.entries(settingHeaders)) {
            const value = this.settings.text(setting);
            if (value !== undefined) headers[header] = value;
          }
          if (!isKeyless) headers['authorization'] = `Bearer ${apiKey.reveal()}`;
        },
        http: this.http,
        settings: this.settings,
      });
    }

    async testConnection(client: ProviderClient, { signal }: CallOptions): Promise<ConnectionReport> {
      if (keyProof === 'none') throw new MaestroError('operation.unsupported', { provider, operation: 'test of a connection' });
      return testedWith({ provider, client, signal, failureOf: failureFromAnswer, path: keyProof });
    }
  }
  return CompatibleApiKey;
}

/** A name in an address is one segment of its path, whatever is written there. */
function filledIn(address: string, valueOf: (name: keyof CredentialExtra) => string): string {
  return address.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(valueOf(name)));
}

function missing(provider: string, name: string): never {
  const problem = `they have no ${name}; give it beside the key, or set ${environmentNameOf(provider, name)}`;
  throw new MaestroError('session.credentials-invalid', { problem });
}
