import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import { anthropicMessagesFailure } from '../../dialects/anthropic-messages/errors.js';
import type { WireCall } from '../../kit/wire-call.js';

export const providerId = 'anthropic';

export const defaultBaseUrl = 'https://api.anthropic.com';

/** Every request names the version of the API that it was written for. */
export const versionHeaders = { 'anthropic-version': '2023-06-01' };

type Call = Pick<WireCall, 'path'> & Partial<Pick<WireCall, 'body' | 'headers'>>;

export function callOf(client: ProviderClient, { signal }: CallOptions, call: Call): WireCall {
  return {
    provider: providerId,
    client,
    signal,
    failureOf: anthropicMessagesFailure,
    ...call,
    headers: { ...versionHeaders, ...call.headers },
  };
}
