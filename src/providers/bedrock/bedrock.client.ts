import type { ApiKeyCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Identity } from './bedrock.credentials.js';
import { identityIn, providerId, requireAllowed } from './bedrock.credentials.js';

export const defaultRegion = 'us-east-1';

/** Knows of itself who asks: requests are signed one by one, not proven by a header that could be put there before. */
export interface BedrockClient extends ProviderClient {
  readonly identity: Identity;
  readonly region: string;
  /** Where models are listed; they are asked elsewhere. */
  readonly controlUrl: string;
}

/** @throws MaestroError `session.credentials-invalid` */
export function bedrockClient(
  { apiKey, extra }: ApiKeyCredentials,
  { baseUrl, http, settings }: { readonly baseUrl: string | undefined; readonly http: HttpClient; readonly settings: ProviderSettings },
): BedrockClient {
  const identity = identityIn(apiKey);
  requireAllowed(identity, settings);
  const region = extra['region'] ?? settings.text('region') ?? defaultRegion;
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region)) {
    throw new MaestroError('session.credentials-invalid', { problem: 'region must be one such as us-east-1' });
  }
  const own = (baseUrl ?? settings.text('baseUrl'))?.replace(/\/+$/, '');
  return {
    baseUrl: own ?? `https://bedrock-runtime.${region}.${domainOf(region)}`,
    controlUrl: settings.text('controlUrl') ?? own ?? `https://bedrock.${region}.${domainOf(region)}`,
    authorise: (headers) => {
      if (identity.kind === 'bearer') headers['authorization'] = `Bearer ${identity.token.reveal()}`;
    },
    identity,
    region,
    http,
    settings,
  };
}

/** @throws MaestroError `operation.unsupported` for a client that another hand made */
export function asBedrock(client: ProviderClient): BedrockClient {
  if ('identity' in client && 'controlUrl' in client) return client as BedrockClient;
  throw new MaestroError('operation.unsupported', { provider: providerId, operation: 'calls without an identity' });
}

function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}
