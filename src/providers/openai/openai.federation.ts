import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { SettingDefinition } from '../../contracts/manifest.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import type { TokenSet } from '../../contracts/tokens.js';
import { federated, identityTokenFrom } from '../../kit/oauth/federation.js';
import type { OAuthCall, OAuthFlow } from '../../kit/oauth/oauth-flow.js';
import { requestTokens } from '../../kit/oauth/token-grants.js';
import { providerId } from './openai.calls.js';

// Workload identity federation: https://developers.openai.com/api/reference/workload-identity-federation

export const defaultTokenUrl = 'https://auth.openai.com/oauth/token';

/** RFC 8693. */
export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

export const federationSettings: Readonly<Record<string, SettingDefinition>> = {
  federationTokenPath: { text: 'file in which your platform keeps an identity token; for logins by federation' },
  federationIdentityProviderId: { text: 'workload identity provider of your organisation' },
  federationServiceAccountId: { text: 'service account that the sessions act as' },
  federationTokenUrl: { text: 'where identity tokens are traded', default: defaultTokenUrl },
};

const needed = ['federationTokenPath', 'federationIdentityProviderId', 'federationServiceAccountId'];

/** @throws MaestroError `login.not-configured` */
export function requireFederation(settings: ProviderSettings): void {
  const missing = needed.filter((name) => settings.text(name) === undefined);
  if (missing.length === 0) return;
  const setting = missing.map((name) => environmentNameOf(providerId, name)).join(' and ');
  throw new MaestroError('login.not-configured', { provider: providerId, setting });
}

/** The token is for the API itself and has no successor: the next one is traded for the identity token of that day. */
export async function federatedTokens(settings: ProviderSettings, call: OAuthCall): Promise<TokenSet> {
  requireFederation(settings);
  const subject = await identityTokenFrom(providerId, settings, 'federationTokenPath');
  const fields = {
    subject_token: subject.reveal(),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    identity_provider_id: settings.text('federationIdentityProviderId') ?? '',
    service_account_id: settings.text('federationServiceAccountId') ?? '',
  };
  return federated(await requestTokens(flowOf(settings), tokenExchange, fields, call));
}

function flowOf(settings: ProviderSettings): OAuthFlow {
  return {
    provider: providerId,
    authorizeUrl: '',
    tokenUrl: settings.text('federationTokenUrl') ?? defaultTokenUrl,
    clientId: '',
    clientAuthentication: 'none',
    bodyFormat: 'json',
    scopes: [],
    redirectUri: '',
    defaultLifetimeSeconds: 3600,
    extraOf: () => ({ mode: 'api' }),
  };
}
