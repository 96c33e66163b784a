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
import { mergeTokens } from '../../kit/oauth/merge-tokens.js';
import type { OAuthFlow } from '../../kit/oauth/oauth-flow.js';
import type { OAuthDefaults } from '../../kit/oauth/oauth-settings.js';
import { configuredClient } from '../../kit/oauth/oauth-settings.js';
import { revokeToken } from '../../kit/oauth/revocation.js';
import { exchangeAuthorizationCode, refreshTokens } from '../../kit/oauth/token-grants.js';
import { defaultBaseUrl, providerId } from './gemini.calls.js';

export const oauthDefaults: OAuthDefaults = {
  authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
  tokenUrl: 'https://oauth2.googleapis.com/token',
  // A desktop client of this vendor may come back to any port of the machine itself.
  redirectUri: 'http://127.0.0.1:4000/oauth/callback',
  scopes: ['https://www.googleapis.com/auth/cloud-platform'],
  hasClientSecret: true,
};

/** Refresh tokens do not rotate; one that nobody uses for six months is dead. */
export const loginTraits: LoginTraits = {
  methods: ['browser', 'paste'],
  rotation: 'none',
  defaultLifetimeSeconds: 3600,
  refreshIdleDays: 180,
};

/** Logging in with an OAuth client of one's own, made in one's own Google Cloud project. */
@Injectable()
export class GeminiOAuth implements OAuthBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  async generateAuthUrl(_sessionName: string, options: AuthorizationOptions): Promise<AuthorizationChallenge> {
    return authorizationChallenge(this.flow(), options, { http: this.http, signal: options.signal });
  }

  async exchangeCode(authCode: Secret, pkceParams: PkceParams, _sessionName: string, { signal }: CallOptions): Promise<TokenSet> {
    return exchangeAuthorizationCode(this.flow(), authCode, pkceParams, { http: this.http, signal });
  }

  async refreshToken(refreshToken: Secret, _sessionName: string, { signal }: CallOptions): Promise<TokenSet> {
    return refreshTokens(this.flow(), refreshToken, { http: this.http, signal });
  }

  async extractApiCredentials(tokens: TokenSet, previous: OAuthCredentials | undefined, _options: CallOptions): Promise<OAuthCredentials> {
    return Promise.resolve(mergeTokens(tokens, previous));
  }

  /** This vendor asks for no client here: who holds a token may end it. */
  async revokeTokens(credentials: OAuthCredentials, { signal }: CallOptions): Promise<void> {
    const anybody = { ...this.flow(), clientId: '', clientAuthentication: 'none' as const };
    await revokeToken(anybody, credentials, { http: this.http, signal });
  }

  /** A user's token says nothing of whose quota a call is on: that is the project's of the header. */
  createClient({ accessToken, extra }: OAuthCredentials, { baseUrl }: ClientOptions): ProviderClient {
    const project = extra['projectId'] ?? this.settings.text('oauthProject');
    return clientAt({
      baseUrl,
      defaultBaseUrl,
      authorise: (headers) => {
        headers['authorization'] = `Bearer ${accessToken.reveal()}`;
        if (project !== undefined) headers['x-goog-user-project'] = project;
      },
      http: this.http,
      settings: this.settings,
    });
  }

  private flow(): OAuthFlow {
    const client = configuredClient(providerId, this.settings, oauthDefaults);
    return {
      provider: providerId,
      ...client,
      revokeUrl: new URL('revoke', client.tokenUrl).href,
      ...(client.authorizeUrl === oauthDefaults.authorizeUrl && { issuer: 'https://accounts.google.com' }),
      clientAuthentication: 'post',
      bodyFormat: 'form',
      // A refresh token comes with the first consent only, unless consent is asked for again.
      extraAuthorizeParameters: { access_type: 'offline', prompt: 'consent' },
      defaultLifetimeSeconds: loginTraits.defaultLifetimeSeconds,
    };
  }
}
