import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import { errorFromResponse } from '../../dialects/gemini-generate-content/errors.js';
import type { WireCall } from '../../kit/wire-call.js';
import { providerId } from './vertex.client.js';

type Call = Pick<WireCall, 'path'> & Partial<Pick<WireCall, 'body'>>;

/** `path` stands below the version. */
export function callOf(client: ProviderClient, { signal }: CallOptions, call: Call): WireCall {
  return { provider: providerId, client, signal, failureOf: errorFromResponse, ...call };
}
