import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { LoginTraits, SettingDefinition } from '../../contracts/manifest.js';
import type { ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import type { OAuthCall, OAuthFlow } from '../../kit/oauth/oauth-flow.js';
import type { OAuthDefaults } from '../../kit/oauth/oauth-settings.js';
import { configuredClient, oauthSettings } from '../../kit/oauth/oauth-settings.js';
import { requestTokens } from '../../kit/oauth/token-grants.js';
import { configuredMode } from './openai.account.js';
import { defaultBaseUrl, providerId } from './openai.calls.js';
import { defaultTokenUrl, tokenExchange } from './openai.federation.js';

/** When the vendor's pages on logins were read; what an operator accepts. */
export const termsReadOn = '2026-11-22';

const oauthDefaults: OAuthDefaults = {
  authorizeUrl: 'https://auth.openai.com/oauth/authorize',
  tokenUrl: defaultTokenUrl,
  // The vendor takes few redirects; this is the one that its own clients have, and the admin tool listens there.
  redirectUri: 'http://localhost:1455/auth/callback',
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  hasClientSecret: false,
  termsReadOn,
};

export const loginSettings: Readonly<Record<string, SettingDefinition>> = {
  ...oauthSettings(oauthDefaults),
  oauthMode: {
    text: 'what calls of a login go with: chatgpt (its token, to ChatGPT), api-key (a key traded for it), api (its token, to the API), auto (by plan)',
    default: 'auto',
  },
};

export const loginTraits: LoginTraits = {
  methods: ['browser', 'paste', 'device', 'federation'],
  rotation: 'strict',
  // Tokens tell their own end; where one does not, it is taken to last for as long as the vendor's own client takes it to.
  defaultLifetimeSeconds: 8 * 24 * 60 * 60,
};

/** A login of a person. @throws MaestroError `login.not-configured` */
export function codeFlow(settings: ProviderSettings): OAuthFlow {
  const client = configuredClient(providerId, settings, oauthDefaults);
  // A token for the API has to say so (RFC 8707).
  const forApi = configuredMode(settings) === 'api' ? { resource: settings.text('baseUrl') ?? defaultBaseUrl } : undefined;
  return {
    provider: providerId,
    ...client,
    ...(client.authorizeUrl === oauthDefaults.authorizeUrl && { issuer: 'https://auth.openai.com' }),
    revokeUrl: new URL('/oauth/revoke', client.tokenUrl).href,
    clientAuthentication: 'none',
    bodyFormat: 'form',
    // With the organisations in the identity token an API key can be traded for it.
    extraAuthorizeParameters: forApi ?? { id_token_add_organizations: 'true' },
    ...(forApi !== undefined && { extraTokenParameters: forApi }),
    defaultLifetimeSeconds: loginTraits.defaultLifetimeSeconds,
    deadGrantCodes: ['refresh_token_reused', 'refresh_token_expired', 'refresh_token_invalidated', 'app_session_terminated'],
  };
}

/** An answer may leave out each of the three tokens, and a 401 means that the grant is dead, with or without a word. */
export function refreshFlow(settings: ProviderSettings): OAuthFlow {
  return { ...codeFlow(settings), keepsOmittedAccessToken: true, deadGrantStatuses: [401] };
}

/** Of the vendor's endpoints this one alone reads JSON. */
export function revocationFlow(settings: ProviderSettings): OAuthFlow {
  return { ...codeFlow(settings), bodyFormat: 'json' };
}

/** The API key of an account that belongs to an organisation with a project. @throws MaestroError `login.rejected`, `oauth.misconfigured`, `upstream.*` */
export async function apiKeyFor(flow: OAuthFlow, idToken: Secret | undefined, call: OAuthCall): Promise<Secret> {
  if (idToken === undefined) throw new MaestroError('login.rejected', { provider: providerId, reason: 'id_token_missing' });
  const fields = {
    requested_token: 'openai-api-key',
    subject_token: idToken.reveal(),
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  };
  const { accessToken } = await requestTokens(flow, tokenExchange, fields, call);
  return accessToken;
}
