import { Inject, Injectable } from '@nestjs/common';

import type { AuthorizationOptions, OAuthBehaviour } from '../../contracts/behaviours/oauth.behaviour.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import type { LoginTraits } from '../../contracts/manifest.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import type { AuthorizationChallenge, PkceParams, TokenSet } from '../../contracts/tokens.js';
import { clientAt } from '../../kit/api-key.js';
import { authorizationChallenge } from '../../kit/oauth/authorization.js';
import { federationChallenge, isFederated, refederated } from '../../kit/oauth/federation.js';
import { mergeTokens } from '../../kit/oauth/merge-tokens.js';
import type { OAuthFlow } from '../../kit/oauth/oauth-flow.js';
import type { OAuthDefaults } from '../../kit/oauth/oauth-settings.js';
import { configuredClient } from '../../kit/oauth/oauth-settings.js';
import { exchangeAuthorizationCode, refreshTokens } from '../../kit/oauth/token-grants.js';
import { defaultBaseUrl, providerId } from './anthropic.calls.js';
import { federatedTokens, requireFederation } from './anthropic.federation.js';
import { accountIn, oauthBeta } from './anthropic.oauth-wire.js';

/** When the vendor's page on logins was read; what an operator accepts. */
export const termsReadOn = '2026-11-22';

export const oauthDefaults: OAuthDefaults = {
  authorizeUrl: 'https://claude.ai/oauth/authorize',
  tokenUrl: 'https://platform.claude.com/v1/oauth/token',
  // A page of the vendor's that shows `code#state` to be copied.
  redirectUri: 'https://console.anthropic.com/oauth/code/callback',
  scopes: ['user:profile', 'user:inference'],
  hasClientSecret: false,
  termsReadOn,
};

export const loginTraits: LoginTraits = {
  methods: ['paste', 'browser', 'federation'],
  rotation: 'strict',
  defaultLifetimeSeconds: 28_800,
};

@Injectable()
export class AnthropicOAuth implements OAuthBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  async generateAuthUrl(_sessionName: string, options: AuthorizationOptions): Promise<AuthorizationChallenge> {
    if (options.method === 'federation') {
      requireFederation(this.settings);
      return federationChallenge();
    }
    return authorizationChallenge(this.flow(), options, { http: this.http, signal: options.signal });
  }

  async exchangeCode(authCode: Secret, pkceParams: PkceParams, _sessionName: string, { signal }: CallOptions): Promise<TokenSet> {
    const call = { http: this.http, signal };
    if (pkceParams.method === 'federation') return federatedTokens(this.settings, call);
    return exchangeAuthorizationCode(this.flow(), authCode, pkceParams, call);
  }

  async refreshToken(refreshToken: Secret, _sessionName: string, { signal }: CallOptions): Promise<TokenSet> {
    const call = { http: this.http, signal };
    if (isFederated(refreshToken)) return refederated(providerId, () => federatedTokens(this.settings, call));
    return refreshTokens({ ...this.flow(), tokenHeaders: { 'anthropic-beta': oauthBeta } }, refreshToken, call);
  }

  async extractApiCredentials(tokens: TokenSet, previous: OAuthCredentials | undefined, _options: CallOptions): Promise<OAuthCredentials> {
    return Promise.resolve(mergeTokens(tokens, previous));
  }

  /** The vendor has no endpoint for it: a grant is ended in the account's settings. */
  async revokeTokens(_credentials: OAuthCredentials, _options: CallOptions): Promise<void> {
    return Promise.resolve();
  }

  /** The beta is how the API takes a login's token at all; it joins those that the request asks for itself. */
  createClient({ accessToken }: OAuthCredentials, { baseUrl }: ClientOptions): ProviderClient {
    return clientAt({
      baseUrl,
      defaultBaseUrl,
      authorise: (headers) => {
        const asked = headers['anthropic-beta']?.split(',').map((beta) => beta.trim()) ?? [];
        headers['anthropic-beta'] = [...new Set([...asked, oauthBeta])].filter((beta) => beta !== '').join(',');
        headers['authorization'] = `Bearer ${accessToken.reveal()}`;
      },
      http: this.http,
      settings: this.settings,
    });
  }

  private flow(): OAuthFlow {
    return {
      provider: providerId,
      ...configuredClient(providerId, this.settings, oauthDefaults),
      clientAuthentication: 'none',
      bodyFormat: 'json',
      extraAuthorizeParameters: { code: 'true' },
      sendStateInExchange: true,
      defaultLifetimeSeconds: loginTraits.defaultLifetimeSeconds,
      extraOf: accountIn,
    };
  }
}
