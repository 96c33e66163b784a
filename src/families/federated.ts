import { Inject, Injectable } from '@nestjs/common';

import type { AuthorizationOptions, OAuthBehaviour } from '../contracts/behaviours/oauth.behaviour.js';
import type { OAuthCredentials } from '../contracts/credentials.js';
import { providerHttp, providerSettings } from '../contracts/define-provider.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { LoginTraits } from '../contracts/manifest.js';
import type { CallOptions, ClientOptions, HttpClient, ProviderClient, ProviderSettings } from '../contracts/provider-client.js';
import type { Secret } from '../contracts/secret.js';
import type { AuthorizationChallenge, PkceParams, TokenSet } from '../contracts/tokens.js';
import { federated, federationChallenge, isFederated, refederated } from '../kit/oauth/federation.js';
import { mergeTokens } from '../kit/oauth/merge-tokens.js';
import type { OAuthCall } from '../kit/oauth/oauth-flow.js';

/** A vendor whose only login is by the identity of the machine or platform that the gateway runs on. */
export interface FederatedVendor {
  readonly provider: string;
  /** @throws MaestroError `login.not-configured` */
  requireConfigured(settings: ProviderSettings): void;
  /** @throws MaestroError `login.rejected`, `oauth.misconfigured`, upstream errors */
  tokensFrom(settings: ProviderSettings, call: OAuthCall): Promise<TokenSet>;
  clientOf(
    credentials: OAuthCredentials,
    options: ClientOptions,
    means: { readonly http: HttpClient; readonly settings: ProviderSettings },
  ): ProviderClient;
}

/** Nothing rotates: the identity is traded anew each time. */
export const federatedTraits: LoginTraits = { methods: ['federation'], rotation: 'none', defaultLifetimeSeconds: 3600 };

export function federatedBy(vendor: FederatedVendor): new (settings: ProviderSettings, http: HttpClient) => OAuthBehaviour {
  const { provider } = vendor;

  @Injectable()
  class Federated implements OAuthBehaviour {
    constructor(
      @Inject(providerSettings) private readonly settings: ProviderSettings,
      @Inject(providerHttp) private readonly http: HttpClient,
    ) {}

    async generateAuthUrl(_sessionName: string, { method }: AuthorizationOptions): Promise<AuthorizationChallenge> {
      if (method !== 'federation') throw new MaestroError('operation.unsupported', { provider, operation: `login with ${method}` });
      vendor.requireConfigured(this.settings);
      return Promise.resolve(federationChallenge());
    }

    async exchangeCode(_authCode: Secret, _pkce: PkceParams, _sessionName: string, { signal }: CallOptions): Promise<TokenSet> {
      return this.traded(signal);
    }

    async refreshToken(refreshToken: Secret, _sessionName: string, { signal }: CallOptions): Promise<TokenSet> {
      // A refresh token that was brought along is of another client, which is not known here.
      if (!isFederated(refreshToken))
        throw new MaestroError('operation.unsupported', { provider, operation: 'refresh of tokens given by hand' });
      return refederated(provider, () => this.traded(signal));
    }

    async extractApiCredentials(
      tokens: TokenSet,
      previous: OAuthCredentials | undefined,
      _options: CallOptions,
    ): Promise<OAuthCredentials> {
      return Promise.resolve(mergeTokens(tokens, previous));
    }

    /** Such a token ends by itself. */
    async revokeTokens(_credentials: OAuthCredentials, _options: CallOptions): Promise<void> {
      return Promise.resolve();
    }

    createClient(credentials: OAuthCredentials, options: ClientOptions): ProviderClient {
      return vendor.clientOf(credentials, options, { http: this.http, settings: this.settings });
    }

    private async traded(signal: AbortSignal): Promise<TokenSet> {
      vendor.requireConfigured(this.settings);
      return federated(await vendor.tokensFrom(this.settings, { http: this.http, signal }));
    }
  }
  return Federated;
}
