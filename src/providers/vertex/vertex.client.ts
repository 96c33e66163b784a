import type { CredentialExtra } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';

export const providerId = 'vertex';

/** Where everything that has no region is served. */
export const defaultLocation = 'global';

/** The version that the vendor's own client asks in: v1 lacks some of a request's fields. */
const version = '/v1beta1';

/** Knows of itself in whose project its models are asked. */
export interface VertexClient extends ProviderClient {
  /** Path of the project and location, below the version; empty for a key, which has its project in itself. */
  readonly place: string;
}

interface Means {
  /** The session's own address. */
  readonly baseUrl: string | undefined;
  /** Of the credential; absent: the setting. */
  readonly project: string | undefined;
  readonly extra: CredentialExtra;
  readonly authorise: ProviderClient['authorise'];
  readonly http: HttpClient;
  readonly settings: ProviderSettings;
}

/** The client of whoever acts in a project. @throws MaestroError `session.credentials-invalid` */
export function projectClient({ baseUrl, project, extra, authorise, http, settings }: Means): VertexClient {
  const owner = extra['project'] ?? project ?? settings.text('project');
  if (owner === undefined) throw invalid(`they name no project; give it as project, or set ${environmentNameOf(providerId, 'project')}`);
  const location = extra['location'] ?? settings.text('location') ?? defaultLocation;
  if (!/^[a-z][a-z\d-]{0,39}$/.test(location)) throw invalid('location must be one such as global or europe-west4');
  return {
    baseUrl: addressed(baseUrl ?? settings.text('baseUrl') ?? hostOf(location)),
    place: `/projects/${encodeURIComponent(owner)}/locations/${location}`,
    authorise,
    http,
    settings,
  };
}

/** The client of a key of the express mode. */
export function keyClient({ baseUrl, authorise, http, settings }: Omit<Means, 'project' | 'extra'>): VertexClient {
  return { baseUrl: addressed(baseUrl ?? settings.text('baseUrl') ?? hostOf(defaultLocation)), place: '', authorise, http, settings };
}

export function placeOf(client: ProviderClient): string {
  return 'place' in client && typeof client.place === 'string' ? client.place : '';
}

function addressed(address: string): string {
  return `${address.replace(/\/+$/, '')}${version}`;
}

/** Regions have a host each, groups of regions another kind of it. */
function hostOf(location: string): string {
  if (location === defaultLocation) return 'https://aiplatform.googleapis.com';
  return location.includes('-') ? `https://${location}-aiplatform.googleapis.com` : `https://aiplatform.${location}.rep.googleapis.com`;
}

function invalid(problem: string): MaestroError {
  return new MaestroError('session.credentials-invalid', { problem });
}
