import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { SettingDefinition } from '../../contracts/manifest.js';
import { environmentNameOf } from '../../contracts/manifest.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import type { TokenSet } from '../../contracts/tokens.js';
import { federated, identityTokenFrom } from '../../kit/oauth/federation.js';
import type { OAuthCall, OAuthFlow } from '../../kit/oauth/oauth-flow.js';
import { requestTokens } from '../../kit/oauth/token-grants.js';
import { defaultBaseUrl, providerId } from './anthropic.calls.js';
import { accountIn, oauthBeta } from './anthropic.oauth-wire.js';

// Workload identity federation: https://platform.claude.com/docs/en/manage-claude/wif-reference

export const federationSettings: Readonly<Record<string, SettingDefinition>> = {
  federationTokenPath: { text: 'file in which your platform keeps an identity token; for logins by federation' },
  federationRuleId: { text: 'federation rule (fdrl_…) of your organisation' },
  federationOrganizationId: { text: 'your organisation (a UUID)' },
  federationServiceAccountId: { text: 'service account (svac_…) that the sessions act as' },
  federationWorkspaceId: { text: 'workspace (wrkspc_… or default), where the rule has several' },
};

const needed = ['federationTokenPath', 'federationRuleId', 'federationOrganizationId'];

/** @throws MaestroError `login.not-configured` */
export function requireFederation(settings: ProviderSettings): void {
  const missing = needed.filter((name) => settings.text(name) === undefined);
  if (missing.length === 0) return;
  const setting = missing.map((name) => environmentNameOf(providerId, name)).join(' and ');
  throw new MaestroError('login.not-configured', { provider: providerId, setting });
}

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** RFC 7523. The token lives for minutes and has no successor: the next one is traded for the identity token of that day. */
export async function federatedTokens(settings: ProviderSettings, call: OAuthCall): Promise<TokenSet> {
  requireFederation(settings);
  const assertion = await identityTokenFrom(providerId, settings, 'federationTokenPath');
  const fields = {
    federation_rule_id: settings.text('federationRuleId'),
    organization_id: settings.text('federationOrganizationId'),
    service_account_id: settings.text('federationServiceAccountId'),
    workspace_id: settings.text('federationWorkspaceId'),
  };
  const told = Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined));
  return federated(await requestTokens(flowOf(settings), grantType, { assertion: assertion.reveal(), ...told }, call));
}

function flowOf(settings: ProviderSettings): OAuthFlow {
  const baseUrl = (settings.text('baseUrl') ?? defaultBaseUrl).replace(/\/+$/, '');
  return {
    provider: providerId,
    authorizeUrl: '',
    tokenUrl: `${baseUrl}/v1/oauth/token`,
    clientId: '',
    clientAuthentication: 'none',
    bodyFormat: 'json',
    scopes: [],
    redirectUri: '',
    tokenHeaders: { 'anthropic-beta': `${oauthBeta},oidc-federation-2026-04-01` },
    // Minutes, not hours; the endpoint always says how many.
    defaultLifetimeSeconds: 300,
    extraOf: accountIn,
  };
}
