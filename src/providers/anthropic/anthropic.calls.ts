import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import { messagesCall, versionHeaders } from '../../families/anthropic-messages/vendor.js';
import type { WireCall } from '../../kit/wire-call.js';

export const providerId = 'anthropic';

export const defaultBaseUrl = 'https://api.anthropic.com';

/** The vendor's cheapest request. */
export function testCall(client: ProviderClient, options: CallOptions): WireCall {
  return messagesCall({ provider: providerId, headers: versionHeaders }, client, options, { path: '/v1/models?limit=1' });
}
