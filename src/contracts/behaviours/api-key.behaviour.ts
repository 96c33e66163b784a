import type { ApiKeyCredentials } from '../credentials.js';
import type { CallOptions, ClientOptions, ProviderClient } from '../provider-client.js';
import type { Secret } from '../secret.js';
import { behaviour } from './behaviour.js';

/** A key of the right form may still look wrong: then `warning` says so in words, without the key. */
export interface KeyVerdict {
  readonly warning?: string;
}

/** The key was accepted. That proves no right to generate: providers list models for keys that may not chat. */
export interface ConnectionReport {
  readonly keyAccepted: true;
  /** Milliseconds of the one request made. */
  readonly latencyMs: number;
}

/** Using a provider with a key of the team's own. */
export interface ApiKeyBehaviour {
  /** Checks the form only. @throws MaestroError `session.key-invalid` */
  validateApiKey(apiKey: Secret): KeyVerdict;
  createClient(credentials: ApiKeyCredentials, options: ClientOptions): ProviderClient;
  /** Asks the provider with its cheapest request. @throws MaestroError `session.credential-rejected` and upstream errors */
  testConnection(client: ProviderClient, options: CallOptions): Promise<ConnectionReport>;
}

export const ApiKeyBehaviour = behaviour<ApiKeyBehaviour>('api-key', { validateApiKey: 1, createClient: 2, testConnection: 2 });
