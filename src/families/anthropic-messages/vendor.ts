import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import type { DialectSupport } from '../../contracts/manifest.js';
import { anthropicMessagesFailure } from '../../dialects/anthropic-messages/errors.js';
import type { ModelTraits } from '../../dialects/anthropic-messages/request.js';
import type { WireCall } from '../../kit/wire-call.js';

/** Where a request for an answer goes, and how its body says so. */
export interface MessagesAddress {
  /** Path and query below the client's `baseUrl`. */
  readonly path: string;
  readonly body: object;
}

/** In what vendors of this wire differ. */
export interface MessagesVendor {
  readonly provider: string;
  readonly dialects: readonly DialectSupport[];
  /** Sent with every request; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  traitsOf(model: string): ModelTraits;
}

/** Every request names the version of the API that it was written for; its maker has had one so far. */
export const versionHeaders = { 'anthropic-version': '2023-06-01' };

type Call = Pick<WireCall, 'path'> & Partial<Pick<WireCall, 'body' | 'headers'>>;

export function messagesCall(
  { provider, headers }: Pick<MessagesVendor, 'provider' | 'headers'>,
  client: ProviderClient,
  { signal }: CallOptions,
  call: Call,
): WireCall {
  return { provider, client, signal, failureOf: anthropicMessagesFailure, ...call, headers: { ...headers, ...call.headers } };
}
