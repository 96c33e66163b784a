import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import { errorFromResponse } from '../../dialects/gemini-generate-content/errors.js';
import type { WireCall } from '../../kit/wire-call.js';

export const providerId = 'gemini';

export const defaultBaseUrl = 'https://generativelanguage.googleapis.com';

/** The version that tools, thoughts and JSON Schema are served under; the vendor's own clients use no other. */
const version = '/v1beta';

type Call = Pick<WireCall, 'path'> & Partial<Pick<WireCall, 'body'>>;

/** `path` stands below the version. */
export function callOf(client: ProviderClient, { signal }: CallOptions, { path, ...rest }: Call): WireCall {
  return { provider: providerId, client, signal, failureOf: errorFromResponse, path: `${version}${path}`, ...rest };
}
