import type { CallOptions, ProviderClient } from '../../contracts/provider-client.js';
import { failureFromAnswer } from '../../kit/error-report.js';
import { memberOf } from '../../kit/json-member.js';
import type { FailureReader, WireCall } from '../../kit/wire-call.js';
import { isAzureClient, providerId } from './azure.client.js';

/** Of requests with a deployment in their path; what a deployment does not do stands beside them. */
const deployed: ReadonlySet<string> = new Set(['/chat/completions', '/embeddings', '/completions']);

/**
 * A path of the `v1` wire as this client's address has it. Before `v1` the deployment stood in the path, and a dated version in
 * the query: https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
 *
 * @param modelOf the deployment that the request is for
 */
export function pathAt(client: ProviderClient, path: string, modelOf: () => string): string {
  if (!isAzureClient(client) || client.apiVersion === undefined) return path;
  const [route = '', query] = path.split('?', 2);
  const deployment = deployed.has(route) ? `/deployments/${encodeURIComponent(modelOf())}` : '';
  const version = `api-version=${client.apiVersion}`;
  return `${deployment}${route}?${query === undefined ? version : `${query}&${version}`}`;
}

/** Of a body that goes on as it came. */
export function modelIn(body: Uint8Array | undefined): string {
  const model = body === undefined ? undefined : memberOf(body, 'model');
  return typeof model === 'string' ? model : '';
}

type Call = Pick<WireCall, 'path'> & Partial<Pick<WireCall, 'body'>> & { readonly model?: string };

export function callOf(
  client: ProviderClient,
  { signal }: CallOptions,
  { path, model = '', ...rest }: Call,
  failureOf: FailureReader = failureFromAnswer,
): WireCall {
  return { provider: providerId, client, signal, failureOf, path: pathAt(client, path, () => model), ...rest };
}
