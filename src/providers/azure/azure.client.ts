import type { CredentialExtra } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';

export const providerId = 'azure';

/** Chat Completions is what every deployment answers, Responses what most of the maker's newer models do as well. */
export type Api = 'responses' | 'chat-completions';

/** Knows of itself which of the vendor's two sets of paths it leads to. */
export interface AzureClient extends ProviderClient {
  /** Of the paths with a deployment and a dated version; absent: the `v1` paths, which have neither. */
  readonly apiVersion?: string;
  /** What a request that names none goes to. */
  readonly api: Api;
}

interface Means {
  /** The session's own address. */
  readonly baseUrl: string | undefined;
  readonly extra: CredentialExtra;
  readonly authorise: ProviderClient['authorise'];
  readonly http: HttpClient;
  readonly settings: ProviderSettings;
}

/**
 * The client of a session. Its credentials may carry `resource` (whose address that is stands fixed, so no key leaves the
 * vendor), `apiVersion` and `api`; each else comes from the settings.
 *
 * @throws MaestroError `session.credentials-invalid` where no resource is named
 */
export function azureClient({ baseUrl, extra, authorise, http, settings }: Means): AzureClient {
  const apiVersion = versionFrom(extra['apiVersion'] ?? settings.text('apiVersion'));
  const root = rootOf(baseUrl ?? addressOf(extra['resource']) ?? settings.text('baseUrl'));
  return {
    baseUrl: apiVersion === undefined ? `${root}/openai/v1` : `${root}/openai`,
    authorise,
    http,
    settings,
    ...(apiVersion !== undefined && { apiVersion }),
    api: apiFrom(extra['api'] ?? settings.text('api')),
  };
}

/** Of a client that another hand made, such as a test's: the `v1` paths. */
export function isAzureClient(client: ProviderClient): client is AzureClient {
  return 'api' in client;
}

function addressOf(resource: string | undefined): string | undefined {
  if (resource === undefined) return undefined;
  if (/^[a-z\d](?:[a-z\d-]{0,62}[a-z\d])?$/i.test(resource)) return `https://${resource}.openai.azure.com`;
  throw invalid('resource must be the name of a resource: letters, digits and hyphens');
}

/** People copy addresses with and without the path that clients add. */
function rootOf(address: string | undefined): string {
  if (address === undefined) {
    throw invalid(`they name no resource; give it as resource, or set ${environmentNameOf(providerId, 'baseUrl')}`);
  }
  return address.replace(/\/+$/, '').replace(/\/openai(?:\/v1)?$/, '');
}

function versionFrom(text: string | undefined): string | undefined {
  if (text === undefined || text === 'v1') return undefined;
  if (/^\d{4}-\d\d-\d\d(?:-preview)?$/.test(text)) return text;
  throw invalid('apiVersion must be v1 or a version such as 2024-10-21');
}

function apiFrom(text: string | undefined): Api {
  if (text === undefined || text === 'chat-completions') return 'chat-completions';
  if (text === 'responses') return text;
  throw invalid('api must be chat-completions or responses');
}

function invalid(problem: string): MaestroError {
  return new MaestroError('session.credentials-invalid', { problem });
}
