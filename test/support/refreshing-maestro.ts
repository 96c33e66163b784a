import { Inject, Module } from '@nestjs/common';

import type { Clock } from '../../src/contracts/clock.js';
import type { OAuthCredentials } from '../../src/contracts/credentials.js';
import type { ProviderDeclaration, ProviderDefinition } from '../../src/contracts/define-provider.js';
import { defineProvider, providerHttp } from '../../src/contracts/define-provider.js';
import type { RefreshRotation } from '../../src/contracts/manifest.js';
import type { CallOptions, HttpClient } from '../../src/contracts/provider-client.js';
import { Secret } from '../../src/contracts/secret.js';
import type { Session } from '../../src/contracts/session.js';
import type { TokenSet } from '../../src/contracts/tokens.js';
import type { RefreshTimes } from '../../src/core/refresh/refresh-times.js';
import { mergeTokens } from '../../src/kit/oauth/merge-tokens.js';
import type { OAuthFlow } from '../../src/kit/oauth/oauth-flow.js';
import { refreshTokens } from '../../src/kit/oauth/token-grants.js';
import type { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { PersistenceModule } from '../../src/persistence/persistence.module.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import type { TokenFamily } from '../../src/testing/issuer/token-families.js';
import { WholeApiKey, WholeModels, WholeOAuth, WholeStreaming } from '../extension/fixtures/whole-behaviours.js';
import type { TestDatabase } from './postgres.js';
import type { RunningMaestro } from './start-maestro.js';
import { startMaestro } from './start-maestro.js';

/** A provider whose logins live at the issuer simulator; `special` stands in for its behaviours. */
export function issuedProvider(
  issuer: Pick<RunningIssuer, 'tokenUrl' | 'authorizeUrl'>,
  rotation: RefreshRotation = 'strict',
  special: Partial<Pick<ProviderDeclaration, 'oauth' | 'models'>> = {},
): ProviderDefinition {
  const flow: OAuthFlow = {
    provider: 'whole',
    authorizeUrl: issuer.authorizeUrl,
    tokenUrl: issuer.tokenUrl,
    clientId: 'client',
    clientAuthentication: 'none',
    bodyFormat: 'form',
    scopes: [],
    redirectUri: 'http://127.0.0.1/callback',
    defaultLifetimeSeconds: 3_600,
  };

  class IssuedOAuth extends WholeOAuth {
    constructor(@Inject(providerHttp) private readonly http: HttpClient) {
      super();
    }

    override refreshToken(refreshToken: Secret, _name: string, { signal }: CallOptions): Promise<TokenSet> {
      return refreshTokens(flow, refreshToken, { http: this.http, signal });
    }

    override async extractApiCredentials(tokens: TokenSet, previous: OAuthCredentials | undefined): Promise<OAuthCredentials> {
      return mergeTokens(tokens, previous);
    }
  }

  @Module({})
  class IssuedModule {}

  return defineProvider(IssuedModule, {
    ...{ id: 'whole', displayName: 'Whole', apiKey: WholeApiKey, streaming: WholeStreaming, models: WholeModels, oauth: IssuedOAuth },
    ...special,
    login: { methods: ['browser'], rotation, graceSeconds: 30, defaultLifetimeSeconds: 3_600 },
  });
}

export interface ReplicaParts {
  readonly database: TestDatabase;
  readonly keyRing: KeyRing;
  readonly provider: ProviderDefinition;
  readonly times?: Partial<RefreshTimes>;
  readonly clock?: Clock;
  readonly spoolFolder?: string;
}

/** A Maestro on the given database; several of them are replicas. */
export function startReplica({ database, keyRing, provider, times = {}, clock, spoolFolder }: ReplicaParts): Promise<RunningMaestro> {
  const { dataSource } = database;
  return startMaestro({
    persistence: PersistenceModule.forRoot({ keyRing, dataSource, ...(spoolFolder !== undefined && { spoolFolder }) }),
    providers: [provider],
    refreshTimes: times,
    ...(clock !== undefined && { clock }),
  });
}

/** What a login would have brought; `endsIn` seconds. */
export function tokensOf(
  { accessToken, refreshToken }: Pick<TokenFamily, 'accessToken' | 'refreshToken'>,
  endsIn = 3_600,
): OAuthCredentials {
  return {
    ...{ authType: 'oauth', accessToken: Secret.of(accessToken), refreshToken: Secret.of(refreshToken), tokenType: 'Bearer' },
    ...{ scopes: [], extra: {}, expiresAt: new Date(Date.now() + endsIn * 1_000) },
  };
}

export function createLogin({ sessions }: RunningMaestro, family: TokenFamily, name = 'login', endsIn?: number): Promise<Session> {
  return sessions.create({ provider: 'whole', authType: 'oauth', name, credentials: tokensOf(family, endsIn) });
}
