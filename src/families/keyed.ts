import { Inject, Injectable } from '@nestjs/common';

import type { ApiKeyBehaviour, ConnectionReport, KeyVerdict } from '../contracts/behaviours/api-key.behaviour.js';
import type { ApiKeyCredentials } from '../contracts/credentials.js';
import { providerHttp, providerSettings } from '../contracts/define-provider.js';
import type {
  CallOptions,
  ClientOptions,
  HttpClient,
  OutgoingHeaders,
  ProviderClient,
  ProviderSettings,
} from '../contracts/provider-client.js';
import type { Secret } from '../contracts/secret.js';
import type { KeyForm } from '../kit/api-key.js';
import { clientAt, keyVerdict, testedWith } from '../kit/api-key.js';
import type { WireCall } from '../kit/wire-call.js';

/** Where a key goes. */
export type KeyHeader = 'x-api-key' | 'x-goog-api-key' | 'api-key' | 'authorization';

/** How a vendor takes its keys. */
export interface KeyTaking {
  readonly provider: string;
  readonly defaultBaseUrl: string;
  readonly keyHeader: KeyHeader;
  /** Default: any key will do. */
  readonly keyForm?: KeyForm;
  /** The vendor's cheapest request. */
  testCall(client: ProviderClient, options: CallOptions): WireCall;
}

function putKey(headers: OutgoingHeaders, name: KeyHeader, key: Secret): void {
  headers[name] = name === 'authorization' ? `Bearer ${key.reveal()}` : key.reveal();
}

/** The behaviour of a vendor that takes plain keys. */
export function keyedBy(taking: KeyTaking): new (settings: ProviderSettings, http: HttpClient) => ApiKeyBehaviour {
  const { provider, defaultBaseUrl, keyHeader, keyForm = { provider, warnings: [] } } = taking;

  @Injectable()
  class Keyed implements ApiKeyBehaviour {
    constructor(
      @Inject(providerSettings) private readonly settings: ProviderSettings,
      @Inject(providerHttp) private readonly http: HttpClient,
    ) {}

    validateApiKey(apiKey: Secret): KeyVerdict {
      return keyVerdict(keyForm, apiKey);
    }

    createClient({ apiKey }: ApiKeyCredentials, { baseUrl }: ClientOptions): ProviderClient {
      const authorise = (headers: OutgoingHeaders): void => {
        putKey(headers, keyHeader, apiKey);
      };
      return clientAt({ baseUrl, defaultBaseUrl, authorise, http: this.http, settings: this.settings });
    }

    async testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport> {
      return testedWith(taking.testCall(client, options));
    }
  }
  return Keyed;
}
