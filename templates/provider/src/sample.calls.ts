import type { CallOptions, ProviderClient } from 'maestro-llm/contracts';
import type { WireCall } from 'maestro-llm/kit';
import { failureFromAnswer } from 'maestro-llm/kit';

export const providerId = 'sample';

export const defaultBaseUrl = 'https://api.sample.example';

/** One request to the vendor. `failureFromAnswer` reads refusals of the common shape, `{ error: { type, code, message } }`. */
export function callOf(client: ProviderClient, { signal }: CallOptions, call: Pick<WireCall, 'path'> & Partial<WireCall>): WireCall {
  return { provider: providerId, client, signal, failureOf: failureFromAnswer, ...call };
}
