import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import { generateContentCall } from '../../families/gemini-generate-content/vendor.js';
import type { WireCall } from '../../kit/wire-call.js';

export const providerId = 'gemini';

export const defaultBaseUrl = 'https://generativelanguage.googleapis.com';

/** The vendor's cheapest request. */
export function testCall(client: ProviderClient, options: CallOptions): WireCall {
  return generateContentCall({ provider: providerId }, client, options, { path: '/models?pageSize=1' });
}
