import { Inject, Injectable } from '@nestjs/common';

import type { AuthorizationOptions, OAuthBehaviour } from '../../contracts/behaviours/oauth.behaviour.js';
import type { OAuthCredentials } from '../../contracts/credentials.js';
import { providerHttp, providerSettings } from '../../contracts/define-provider.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import type { AuthorizationChallenge, PkceParams, TokenSet } from '../../contracts/tokens.js';
import { clientAt } from '../../kit/api-key.js';
import { authorizationChallenge } from '../../kit/oauth/authorization.js';
import { federationChallenge, isFederated, refederated } from '../../kit/oauth/federation.js';
import { mergeTokens } from '../../kit/oauth/merge-tokens.js';
import { revokeToken } from '../../kit/oauth/revocation.js';
import { exchangeAuthorizationCode, refreshTokens } from '../../kit/oauth/token-grants.js';
import { accountIn, configuredMode, modeOf, modeOfPlan } from './openai.account.js';
import { defaultBaseUrl, providerId } from './openai.calls.js';
import { chatGptClient } from './openai.chatgpt.js';
import { beginDeviceLogin, pollDeviceLogin } from './openai.device-login.js';
import { federatedTokens, requireFederation } from './openai.federation.js';
import { apiKeyFor, codeFlow, refreshFlow, revocationFlow } from './openai.login-flow.js';

@Injectable()
export class OpenAiOAuth implements OAuthBehaviour {
  constructor(
    @Inject(providerSettings) private readonly settings: ProviderSettings,
    @Inject(providerHttp) private readonly http: HttpClient,
  ) {}

  async generateAuthUrl(_sessionName: string, options: AuthorizationOptions): Promise<AuthorizationChallenge> {
    if (options.method === 'federation') {
      requireFederation(this.settings);
      return federationChallenge();
    }
    const flow = codeFlow(this.settings);
    const call = { http: this.http, signal: options.signal };
    return options.method === 'device' ? beginDeviceLogin(flow, call) : authorizationChallenge(flow, options, call);
  }

  async exchangeCode(authCode: Secret, pkceParams: PkceParams, _sessionName: string, { signal }: CallOptions): Promise<TokenSet> {
    const call = { http: this.http, signal };
    if (pkceParams.method === 'federation') return federatedTokens(this.settings, call);
    const flow = codeFlow(this.settings);
    return pkceParams.method === 'device'
      ? pollDeviceLogin(flow, pkceParams, call)
      : exchangeAuthorizationCode(flow, authCode, pkceParams, call);
  }

  async refreshToken(refreshToken: Secret, _sessionName: string, { signal }: CallOptions): Promise<TokenSet> {
    const call = { http: this.http, signal };
    if (isFederated(refreshToken)) return refederated(providerId, () => federatedTokens(this.settings, call));
    return refreshTokens(refreshFlow(this.settings), refreshToken, call);
  }

  /** The one time that a login's mode is decided is its beginning; a refresh calls nobody, so that nothing comes before storing. */
  async extractApiCredentials(tokens: TokenSet, previous: OAuthCredentials | undefined, options: CallOptions): Promise<OAuthCredentials> {
    const merged = mergeTokens(tokens, previous);
    const known: OAuthCredentials = { ...merged, extra: { ...accountIn(merged), ...merged.extra } };
    if (previous === undefined) return this.begun(known, options);
    return previous.extra['mode'] === 'api-key' ? { ...known, accessToken: previous.accessToken } : known;
  }

  async revokeTokens(credentials: OAuthCredentials, { signal }: CallOptions): Promise<void> {
    const { refreshToken } = credentials;
    // A federated token ends by itself, and a key that came from a login is none of its tokens.
    if (refreshToken === undefined || isFederated(refreshToken)) return;
    await revokeToken(revocationFlow(this.settings), credentials, { http: this.http, signal });
  }

  createClient(credentials: OAuthCredentials, { baseUrl }: ClientOptions): ProviderClient {
    const { http, settings } = this;
    if (modeOf(credentials, settings) === 'chatgpt') return chatGptClient(credentials, { baseUrl, http, settings });
    const authorise = (headers: Record<string, string>): void => {
      headers['authorization'] = `Bearer ${credentials.accessToken.reveal()}`;
    };
    return clientAt({ baseUrl, defaultBaseUrl, authorise, http, settings });
  }

  private async begun(credentials: OAuthCredentials, { signal }: CallOptions): Promise<OAuthCredentials> {
    const { extra, idToken } = credentials;
    const told = extra['mode'] === undefined ? configuredMode(this.settings) : modeOf(credentials, this.settings);
    const mode = told ?? modeOfPlan(extra['plan']);
    if (mode !== 'api-key') return { ...credentials, extra: { ...extra, mode } };
    try {
      const accessToken = await apiKeyFor(codeFlow(this.settings), idToken, { http: this.http, signal });
      return { ...credentials, accessToken, extra: { ...extra, mode } };
    } catch (error) {
      // Where nobody has asked for a key, an account that may not have one still has its own backend.
      if (told === 'api-key' || !MaestroError.is(error)) throw error;
      return { ...credentials, extra: { ...extra, mode: 'chatgpt' } };
    }
  }
}
