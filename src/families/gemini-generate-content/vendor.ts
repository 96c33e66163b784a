import type { DialectSupport } from '../../contracts/manifest.js';
import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import { errorFromResponse } from '../../dialects/gemini-generate-content/errors.js';
import type { WireCall } from '../../kit/wire-call.js';

/** In what vendors of this wire differ. */
export interface GenerateContentVendor {
  readonly provider: string;
  readonly dialects: readonly DialectSupport[];
}

/** The version that tools, thoughts and JSON Schema are served under; its maker's own clients use no other. */
const version = '/v1beta';

type Call = Pick<WireCall, 'path'> & Partial<Pick<WireCall, 'body'>>;

/** `path` stands below the version. */
export function generateContentCall(
  { provider }: Pick<GenerateContentVendor, 'provider'>,
  client: ProviderClient,
  { signal }: CallOptions,
  { path, ...rest }: Call,
): WireCall {
  return { provider, client, signal, failureOf: errorFromResponse, path: `${version}${path}`, ...rest };
}
