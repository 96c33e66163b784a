import type { OidcServer } from '../../../test/support/oidc-server.js';
import { oidcRedirectUri, startOidcServer } from '../../../test/support/oidc-server.js';
import { until } from '../../../test/support/until.js';
import { Secret } from '../../contracts/secret.js';
import type { AuthorizationChallenge, TokenSet } from '../../contracts/tokens.js';
import { httpClient } from '../http-client.js';
import { authorizationChallenge } from './authorization.js';
import { pollDevice } from './device-login.js';
import { mergeTokens } from './merge-tokens.js';
import type { OAuthCall, OAuthFlow } from './oauth-flow.js';
import { revokeToken } from './revocation.js';
import { exchangeAuthorizationCode, refreshTokens } from './token-grants.js';

describe.each([
  { client: 'a public client', secret: undefined },
  { client: 'a client with a secret', secret: 's3cret: with/odd?characters' },
])('against a certified server, $client', ({ secret }) => {
  const http = httpClient();
  const call: OAuthCall = { http, signal: new AbortController().signal };
  let server: OidcServer;
  let flow: OAuthFlow;

  beforeAll(async () => {
    server = await startOidcServer(secret === undefined ? {} : { clientSecret: secret });
    flow = {
      provider: 'certified',
      authorizeUrl: server.authorizeUrl,
      tokenUrl: server.tokenUrl,
      deviceUrl: server.deviceUrl,
      revokeUrl: server.revokeUrl,
      issuer: server.issuer,
      clientId: server.clientId,
      ...(secret !== undefined && { clientSecret: Secret.of(secret) }),
      clientAuthentication: secret === undefined ? 'none' : 'basic',
      bodyFormat: 'form',
      scopes: ['openid'],
      redirectUri: oidcRedirectUri,
      defaultLifetimeSeconds: 60,
    };
  });

  afterAll(async () => {
    await server.stop();
    await http.close();
  });

  const begin = (): Promise<AuthorizationChallenge> => authorizationChallenge(flow, { method: 'browser' }, call);
  const codeIn = (address: string): Secret => Secret.of(new URL(address).searchParams.get('code') ?? '');
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  async function login(): Promise<TokenSet> {
    const { authUrl, pkceParams } = await begin();
    return exchangeAuthorizationCode(flow, codeIn(await server.approve(authUrl)), pkceParams, call);
  }

  function refreshTokenOf({ refreshToken }: TokenSet): Secret {
    if (refreshToken === undefined) throw new Error('there is no refresh token');
    return refreshToken;
  }

  async function isAccepted({ accessToken }: TokenSet): Promise<boolean> {
    const { status } = await fetch(server.userInfoUrl, { headers: { authorization: `Bearer ${accessToken.reveal()}` } });
    return status === 200;
  }

  it('logs in, and the access token is taken', async () => {
    const tokens = await login();
    expect(tokens).toMatchObject({ tokenType: 'Bearer', lifetimeSeconds: 3600, isExpiryEstimated: false, scopes: ['openid'] });
    expect(tokens.idToken).toBeDefined();
    expect(await isAccepted(tokens)).toBe(true);
  });

  it('logs in headless, with the whole address pasted, its state and issuer checked', async () => {
    const { authUrl, pkceParams } = await authorizationChallenge(flow, { method: 'paste' }, call);
    const address = await server.approve(authUrl);
    const before = server.events.length;
    const elsewhere = address.replace(encodeURIComponent(server.issuer), encodeURIComponent('https://elsewhere.example'));
    expect(elsewhere).not.toBe(address);
    expect(await failureOf(exchangeAuthorizationCode(flow, Secret.of(elsewhere), pkceParams, call))).toMatchObject({
      parameters: { reason: 'issuer_mismatch' },
    });
    expect(server.events.length).toBe(before);
    expect(await isAccepted(await exchangeAuthorizationCode(flow, Secret.of(address), pkceParams, call))).toBe(true);
  });

  it('rotates the refresh token, and a used one ends the whole grant', async () => {
    const first = await login();
    const second = await refreshTokens(flow, refreshTokenOf(first), call);
    expect(refreshTokenOf(second).reveal()).not.toBe(refreshTokenOf(first).reveal());
    expect(await isAccepted(second)).toBe(true);
    const dead = { code: 'session.refresh-rejected', parameters: { provider: 'certified', reason: 'invalid_grant' } };
    expect(await failureOf(refreshTokens(flow, refreshTokenOf(first), call))).toMatchObject(dead);
    expect(await failureOf(refreshTokens(flow, refreshTokenOf(second), call))).toMatchObject(dead);
    expect(await isAccepted(second)).toBe(false);
    await until(() => server.events.includes('revoked'));
  });

  it('revokes: nothing of the grant works afterwards, and again is no failure', async () => {
    const tokens = await login();
    const credentials = mergeTokens(tokens, undefined);
    await revokeToken(flow, credentials, call);
    expect(await isAccepted(tokens)).toBe(false);
    expect(await failureOf(refreshTokens(flow, refreshTokenOf(tokens), call))).toMatchObject({ code: 'session.refresh-rejected' });
    await revokeToken(flow, credentials, call);
  });

  it('refuses a wrong verifier, and a code that was used', async () => {
    const { authUrl, pkceParams } = await begin();
    const code = codeIn(await server.approve(authUrl));
    const other = { ...pkceParams, codeVerifier: Secret.of('x'.repeat(43)) };
    const rejected = { code: 'login.rejected', parameters: { provider: 'certified', reason: 'invalid_grant' } };
    expect(await failureOf(exchangeAuthorizationCode(flow, code, other, call))).toMatchObject(rejected);
    const again = await begin();
    const second = codeIn(await server.approve(again.authUrl));
    await exchangeAuthorizationCode(flow, second, again.pkceParams, call);
    expect(await failureOf(exchangeAuthorizationCode(flow, second, again.pkceParams, call))).toMatchObject(rejected);
  });

  it('tells a login that somebody refused', async () => {
    const { authUrl, pkceParams } = await begin();
    const address = Secret.of(await server.deny(authUrl));
    expect(await failureOf(exchangeAuthorizationCode(flow, address, pkceParams, call))).toMatchObject({
      code: 'login.rejected',
      parameters: { reason: 'access_denied' },
    });
  });

  it('logs a device in: pending until somebody typed the code', async () => {
    const { authUrl, userCode, pollIntervalSeconds, pkceParams } = await authorizationChallenge(flow, { method: 'device' }, call);
    expect(userCode).toMatch(/^\w{4}-\w{4}$/);
    expect(pollIntervalSeconds).toBe(5);
    expect(await failureOf(pollDevice(flow, pkceParams, call))).toMatchObject({
      code: 'login.pending',
      upstream: { code: 'authorization_pending' },
    });
    await server.approveDevice(authUrl);
    expect(await isAccepted(await pollDevice(flow, pkceParams, call))).toBe(true);
  });

  it('tells a device that somebody refused it', async () => {
    const { authUrl, pkceParams } = await authorizationChallenge(flow, { method: 'device' }, call);
    await server.denyDevice(authUrl);
    expect(await failureOf(pollDevice(flow, pkceParams, call))).toMatchObject({
      code: 'login.rejected',
      parameters: { reason: 'access_denied' },
    });
  });

  it('calls a wrong client a matter of configuration', async () => {
    const wrong = { ...flow, clientId: 'nobody' };
    expect(await failureOf(refreshTokens(wrong, Secret.of('any'), call))).toMatchObject({
      code: 'oauth.misconfigured',
      parameters: { problem: 'invalid_client' },
    });
    expect(await failureOf(authorizationChallenge(wrong, { method: 'device' }, call))).toMatchObject({ code: 'oauth.misconfigured' });
  });
});
