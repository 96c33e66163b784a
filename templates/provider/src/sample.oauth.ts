import { Inject } from '@nestjs/common';
import type {
  AuthorizationChallenge,
  AuthorizationOptions,
  CallOptions,
  ClientOptions,
  HttpClient,
  LoginTraits,
  OAuthBehaviour,
  OAuthCredentials,
  PkceParams,
  ProviderClient,
  ProviderSettings,
  Secret,
  TokenSet,
} from 'maestro-llm/contracts';
import { providerHttp, providerSettings } from 'maestro-llm/contracts';
import type { OAuthDefaults, OAuthFlow } from 'maestro-llm/kit';
import { authorizationChallenge, clientAt, configuredClient, exchangeAuthorizationCode, mergeTokens, refreshTokens } from 'maestro-llm/kit';

import { defaultBaseUrl, providerId } from './sample.calls.js';

/** A client id has no default: whoever runs a Maestro registers a client of their own. */
export const oauthDefaults: OAuthDefaults = {
  authorizeUrl: 'https://login.sample.example/oauth/authorize',
  tokenUrl: 'https://login.sample.example/oauth/token',
  redirectUri: 'http://127.0.0.1:4000/oauth/callback',
  scopes: ['chat'],
  hasClientSecret: false,
};

export const loginTraits: LoginTraits = { methods: ['browser', 'paste'], rotation: 'strict', defaultLifetimeSeconds: 3_600 };

export class SampleOAuth implements OAuthBehaviour {
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
    return mergeTokens(tokens, previous);
  }

  /** With an endpoint for it (RFC 7009): `revokeToken` of the kit. */
  async revokeTokens(_credentials: OAuthCredentials, _options: CallOptions): Promise<void> {
    return;
  }

  createClient({ accessToken }: OAuthCredentials, { baseUrl }: ClientOptions): ProviderClient {
    return clientAt({
      baseUrl,
      defaultBaseUrl,
      authorise: (headers) => {
        headers['authorization'] = `Bearer ${accessToken.reveal()}`;
      },
      http: this.http,
      settings: this.settings,
    });
  }

  /** The login as data: what differs from vendor to vendor. */
  private flow(): OAuthFlow {
    return {
      provider: providerId,
      ...configuredClient(providerId, this.settings, oauthDefaults),
      clientAuthentication: 'none',
      bodyFormat: 'form',
      defaultLifetimeSeconds: loginTraits.defaultLifetimeSeconds,
    };
  }
}
