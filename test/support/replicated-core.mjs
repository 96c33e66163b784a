// A replica of Maestro's core as it is built, told by messages what to do, for tests that need several of them or kill some.
// Its providers log in with the issuers that it is given, one for each kind of rotation.
import 'reflect-metadata';

import { createHash } from 'node:crypto';

import { Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import { Clock } from '../../dist/contracts/clock.js';
import { defineProvider, providerHttp } from '../../dist/contracts/define-provider.js';
import { MaestroError } from '../../dist/contracts/errors/maestro-error.js';
import { ProviderBreaker } from '../../dist/core/refresh/provider-breaker.js';
import { RefreshAhead } from '../../dist/core/refresh/refresh-ahead.js';
import { RefreshStore } from '../../dist/core/refresh/refresh-store.port.js';
import { RefreshTimes } from '../../dist/core/refresh/refresh-times.js';
import { TokenRefresh } from '../../dist/core/refresh/token-refresh.js';
import { SecretKeeper } from '../../dist/core/sessions/secret-keeper.js';
import { SessionStore } from '../../dist/core/sessions/session-store.port.js';
import { Sessions } from '../../dist/core/sessions/sessions.js';
import { mergeTokens, refreshTokens } from '../../dist/kit/index.js';
import { MaestroModule } from '../../dist/maestro.module.js';
import { KeyRing } from '../../dist/persistence/encryption/key-ring.js';
import { PersistenceModule } from '../../dist/persistence/persistence.module.js';

const { url, keys, issuers, spool } = JSON.parse(process.argv[2]);

function issuerProvider({ provider, rotation, graceSeconds, tokenUrl }) {
  const flow = {
    provider,
    authorizeUrl: tokenUrl,
    tokenUrl,
    clientId: 'replica',
    clientAuthentication: 'none',
    bodyFormat: 'form',
    scopes: [],
    redirectUri: 'http://127.0.0.1/callback',
    defaultLifetimeSeconds: 3_600,
  };
  const unused = () => Promise.reject(new Error('no test asks for this here'));
  class OAuth {
    constructor(http) {
      this.http = http;
    }
    generateAuthUrl() {
      return unused();
    }
    exchangeCode() {
      return unused();
    }
    refreshToken(refreshToken, _sessionName, { signal }) {
      return refreshTokens(flow, refreshToken, { http: this.http, signal });
    }
    async extractApiCredentials(tokens, previous) {
      return mergeTokens(tokens, previous);
    }
    async revokeTokens() {}
    createClient() {
      return { baseUrl: tokenUrl, authorise() {}, http: this.http, settings: { text() {}, secret() {} } };
    }
  }
  Inject(providerHttp)(OAuth, undefined, 0);
  // Without it a provider is not served.
  class Streaming {
    streamChat() {
      return unused();
    }
    parseStreamEvent() {
      return { events: [] };
    }
    forward() {
      return unused();
    }
  }
  class IssuerModule {}
  Module({})(IssuerModule);
  const login = { methods: ['browser'], rotation, defaultLifetimeSeconds: 3_600, ...(graceSeconds !== undefined && { graceSeconds }) };
  return defineProvider(IssuerModule, { id: provider, displayName: provider, oauth: OAuth, streaming: Streaming, login });
}

const persistence = PersistenceModule.forRoot({ keyRing: KeyRing.parse(keys), database: { url }, spoolFolder: spool });
const application = await NestFactory.createApplicationContext(
  MaestroModule.forRoot({ persistence, providers: issuers.map(issuerProvider) }),
  { logger: ['error'], abortOnError: false },
);
const get = (token) => application.get(token, { strict: false });
const refresh = get(TokenRefresh);
const store = get(SessionStore);
const keeper = get(SecretKeeper);
const seen = new Map();
let ahead;

/** Callers that all saw the same secret fail, and how it went for each. */
async function callers({ sessions, count, reason }) {
  const outcomes = await Promise.all(
    sessions.flatMap((session) =>
      Array.from({ length: count }, async () => {
        const began = performance.now();
        const end = await refresh.ensureFresh(seen.get(session), reason).then(tokenOf, codeOf);
        return { session, milliseconds: performance.now() - began, ...end };
      }),
    ),
  );
  return outcomes;
}

/** Enough to see whether two callers hold the same token, or an issuer's. */
async function tokenOf(record) {
  const { accessToken } = await keeper.open(record);
  return { token: createHash('sha256').update(accessToken.reveal()).digest('hex') };
}

function codeOf(error) {
  if (!MaestroError.is(error)) return { code: 'internal', text: String(error?.stack) };
  return { code: error.code, text: error.message };
}

const orders = {
  async see({ sessions }) {
    for (const session of sessions) seen.set(session, await store.findById(session));
  },
  refresh: callers,
  async clone({ session, name }) {
    await get(Sessions).clone({ id: session }, { name });
  },
  async delete({ session }) {
    await get(Sessions).delete({ id: session });
  },
  async times({ times }) {
    Object.assign(get(RefreshTimes), times);
  },
  async ahead({ options }) {
    ahead = new RefreshAhead(get(RefreshStore), refresh, get(ProviderBreaker), get(Clock), { refreshAhead: options });
    ahead.onApplicationBootstrap();
  },
  async rest() {
    await ahead?.stop();
  },
};

process.on('message', async ({ id, order, ...data }) => {
  const answer = await orders[order](data).then(
    (value) => ({ value }),
    (error) => ({ error: String(error?.stack) }),
  );
  process.send?.({ id, ...answer });
});
const close = async () => {
  await ahead?.stop();
  await application.close();
  process.exit();
};
process.on('SIGTERM', close);
// The test is over, however it ended.
process.on('disconnect', () => process.exit());
process.send({ id: 0 });
