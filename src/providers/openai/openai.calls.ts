import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import type { FailureReader, WireCall } from '../../kit/wire-call.js';
import { failureFromAnswer } from '../../kit/error-report.js';

export const providerId = 'openai';

export const defaultBaseUrl = 'https://api.openai.com/v1';

type Call = Pick<WireCall, 'path'> & Partial<Pick<WireCall, 'body'>>;

export function callOf(
  client: ProviderClient,
  { signal }: CallOptions,
  call: Call,
  failureOf: FailureReader = failureFromAnswer,
): WireCall {
  return { provider: providerId, client, signal, failureOf, ...call };
}
