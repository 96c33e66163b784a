import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { SettingDefinition } from '../../contracts/manifest.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import type { TokenSet } from '../../contracts/tokens.js';
import { identityTokenFrom } from '../../kit/oauth/federation.js';
import type { OAuthCall, OAuthFlow } from '../../kit/oauth/oauth-flow.js';
import { requestTokens } from '../../kit/oauth/token-grants.js';
import { providerId } from './azure.client.js';

// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow

const defaultAuthority = 'https://login.microsoftonline.com';
const defaultScope = 'https://cognitiveservices.azure.com/.default';

export const entraSettings: Readonly<Record<string, SettingDefinition>> = {
  entraAuthority: { text: 'where Entra ID gives out tokens; another one in national clouds', default: defaultAuthority },
  entraScope: { text: 'what tokens of Entra ID are for', default: defaultScope },
  federationTokenPath: { text: 'file in which your platform keeps an identity token; for logins by federation' },
  federationTenantId: { text: 'your tenant of Entra ID, by its id or domain' },
  federationClientId: { text: 'application (client) id that the sessions act as' },
};

/** An application of Entra ID. */
export interface Application {
  readonly tenantId: string;
  readonly clientId: string;
}

/** @throws MaestroError `login.rejected`, `oauth.misconfigured`, upstream errors */
export async function tokensOfSecret(
  application: Application,
  secret: Secret,
  settings: ProviderSettings,
  call: OAuthCall,
): Promise<TokenSet> {
  const flow = flowOf(application, settings);
  return requestTokens(
    { ...flow, clientSecret: secret, clientAuthentication: 'post' },
    'client_credentials',
    { scope: scopeIn(settings) },
    call,
  );
}

const needed = ['federationTokenPath', 'federationTenantId', 'federationClientId'];

/** @throws MaestroError `login.not-configured` */
export function requireFederation(settings: ProviderSettings): void {
  const missing = needed.filter((name) => settings.text(name) === undefined);
  if (missing.length === 0) return;
  const setting = missing.map((name) => environmentNameOf(providerId, name)).join(' and ');
  throw new MaestroError('login.not-configured', { provider: providerId, setting });
}

/** The platform's identity token stands in for a secret (RFC 7523). */
export async function federatedTokens(settings: ProviderSettings, call: OAuthCall): Promise<TokenSet> {
  const assertion = await identityTokenFrom(providerId, settings, 'federationTokenPath');
  const application = { tenantId: settings.text('federationTenantId') ?? '', clientId: settings.text('federationClientId') ?? '' };
  const fields = {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion.reveal(),
    scope: scopeIn(settings),
  };
  return requestTokens(flowOf(application, settings), 'client_credentials', fields, call);
}

function scopeIn(settings: ProviderSettings): string {
  return settings.text('entraScope') ?? defaultScope;
}

function flowOf({ tenantId, clientId }: Application, settings: ProviderSettings): OAuthFlow {
  const authority = (settings.text('entraAuthority') ?? defaultAuthority).replace(/\/+$/, '');
  return {
    provider: providerId,
    authorizeUrl: '',
    tokenUrl: `${authority}/${encodeURIComponent(tenantId)}/oauth2/v2.0/token`,
    clientId,
    clientAuthentication: 'none',
    bodyFormat: 'form',
    scopes: [],
    redirectUri: '',
    defaultLifetimeSeconds: 3600,
  };
}
