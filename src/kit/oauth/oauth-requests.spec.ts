import type { RunningSimulator, SimulatedRequest } from '../../contracts/simulator.js';
import { Secret } from '../../contracts/secret.js';
import { httpClient } from '../http-client.js';
import type { SimulatedAnswer } from '../simulator-server.js';
import { startSimulatorServer } from '../simulator-server.js';
import { userAgent } from '../user-agent.js';
import { beginDeviceLogin, pollDevice } from './device-login.js';
import type { OAuthCall, OAuthFlow } from './oauth-flow.js';
import { configuredClient, oauthSettings } from './oauth-settings.js';
import { revokeToken } from './revocation.js';
import { exchangeAuthorizationCode, refreshTokens } from './token-grants.js';

const tokens: SimulatedAnswer = { status: 200, body: JSON.stringify({ access_token: 'a', expires_in: 60 }) };

describe('requests to an issuer', () => {
  const http = httpClient();
  const call: OAuthCall = { http, signal: new AbortController().signal };
  const state: { answer: SimulatedAnswer } = { answer: tokens };
  let server: RunningSimulator;
  let flow: OAuthFlow;

  beforeAll(async () => {
    server = await startSimulatorServer(() => state.answer);
    flow = {
      provider: 'acme',
      authorizeUrl: `${server.baseUrl}/authorize`,
      tokenUrl: `${server.baseUrl}/token`,
      deviceUrl: `${server.baseUrl}/device`,
      revokeUrl: `${server.baseUrl}/revoke`,
      clientId: 'our client',
      clientSecret: Secret.of('s3cret/+'),
      clientAuthentication: 'post',
      bodyFormat: 'form',
      scopes: ['chat', 'models'],
      redirectUri: 'http://127.0.0.1:4000/oauth/callback',
      extraTokenParameters: { audience: 'chat' },
      tokenHeaders: { 'x-vendor-version': '7' },
      defaultLifetimeSeconds: 60,
    };
  });

  beforeEach(() => {
    state.answer = tokens;
  });

  afterAll(async () => {
    await server.close();
    await http.close();
  });

  const pkce = {
    state: Secret.of('st'),
    codeVerifier: Secret.of('v'.repeat(43)),
    redirectUri: 'http://127.0.0.1:4000/oauth/callback',
    method: 'browser' as const,
  };
  const credentials = {
    authType: 'oauth' as const,
    accessToken: Secret.of('acc'),
    refreshToken: Secret.of('ref'),
    tokenType: 'Bearer',
    scopes: [],
    extra: {},
  };

  function last(): SimulatedRequest {
    const request = server.requests.at(-1);
    if (request === undefined) throw new Error('nothing was sent');
    return request;
  }

  const form = (): object => Object.fromEntries(new URLSearchParams(last().body));

  it('are forms, under our own name, with what the vendor wants beside', async () => {
    await exchangeAuthorizationCode(flow, Secret.of('co#de'), pkce, call);
    expect(last()).toMatchObject({ method: 'POST', path: '/token' });
    expect(last().headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      'user-agent': userAgent,
      'x-vendor-version': '7',
    });
    expect(form()).toEqual({
      grant_type: 'authorization_code',
      code: 'co#de',
      redirect_uri: 'http://127.0.0.1:4000/oauth/callback',
      code_verifier: 'v'.repeat(43),
      audience: 'chat',
      client_id: 'our client',
      client_secret: 's3cret/+',
    });
  });

  it('are JSON where the vendor wants it, with the state a second time', async () => {
    const json: OAuthFlow = { ...flow, bodyFormat: 'json', clientAuthentication: 'none', sendStateInExchange: true };
    await exchangeAuthorizationCode(json, Secret.of('code#st'), { ...pkce, method: 'paste' }, call);
    expect(last().headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': userAgent, 'x-vendor-version': '7' });
    expect(JSON.parse(last().body)).toEqual({
      grant_type: 'authorization_code',
      code: 'code',
      redirect_uri: 'http://127.0.0.1:4000/oauth/callback',
      code_verifier: 'v'.repeat(43),
      state: 'st',
      audience: 'chat',
      client_id: 'our client',
    });
  });

  it('prove the client in a header where that is the way, and in JSON too', async () => {
    const basic: OAuthFlow = { ...flow, clientAuthentication: 'basic' };
    const expected = `Basic ${Buffer.from('our+client:s3cret%2F%2B').toString('base64')}`;
    await refreshTokens(basic, Secret.of('r'), call);
    expect(last().headers['authorization']).toBe(expected);
    await refreshTokens({ ...basic, bodyFormat: 'json' }, Secret.of('r'), call);
    expect(last().headers['authorization']).toBe(expected);
    expect(last().body).not.toContain('s3cret');
  });

  it('hold the code alone where a login in the browser is ended by hand with code#state', async () => {
    await exchangeAuthorizationCode(flow, Secret.of('code#st'), pkce, call);
    expect(form()).toMatchObject({ code: 'code' });
  });

  it('make no exchange for a state that is not ours', async () => {
    const before = server.requests.length;
    await expect(exchangeAuthorizationCode(flow, Secret.of('code#other'), { ...pkce, method: 'paste' }, call)).rejects.toMatchObject({
      code: 'login.rejected',
    });
    expect(server.requests.length).toBe(before);
  });

  it('say nothing more where their caller is gone', async () => {
    const gone = { http, signal: AbortSignal.abort() };
    await expect(refreshTokens(flow, Secret.of('r'), gone)).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it.each([
    [{ device_code: 'd', user_code: 'U', verification_uri: 'https://acme.example/go', interval: '7' }, 'https://acme.example/go', 7],
    [{ device_code: 'd', user_code: 'U', verification_url: 'https://acme.example/go', interval: 0 }, 'https://acme.example/go', 5],
    [
      {
        device_code: 'd',
        user_code: 'U',
        verification_uri: 'https://acme.example/go',
        verification_uri_complete: 'https://acme.example/go?c=U',
      },
      'https://acme.example/go?c=U',
      5,
    ],
  ])('read the beginning of a device login: %j', async (answer, authUrl, pollIntervalSeconds) => {
    state.answer = { status: 200, body: JSON.stringify(answer) };
    const challenge = await beginDeviceLogin(flow, call);
    expect(challenge).toMatchObject({ authUrl, userCode: 'U', pollIntervalSeconds, pkceParams: { method: 'device' } });
    expect(challenge.pkceParams.deviceCode?.reveal()).toBe('d');
    expect(form()).toMatchObject({ client_id: 'our client', scope: 'chat models' });
  });

  it.each([
    { device_code: 'd', verification_uri: 'https://a.example' },
    { device_code: 'd', user_code: 'U' },
    { device_code: 'd', user_code: 'U', verification_uri: 'javascript:alert(1)' },
    { device_code: 'd', user_code: 'U', verification_uri: 'data:text/html,hello' },
    {},
    'no object',
  ])('take no device login without its parts, or with an address that is no page: %j', async (answer) => {
    state.answer = { status: 200, body: JSON.stringify(answer) };
    await expect(beginDeviceLogin({ ...flow, scopes: [] }, call)).rejects.toMatchObject({ code: 'upstream.malformed' });
  });

  it('pass on that a device is to ask less often', async () => {
    state.answer = { status: 400, body: '{"error":"slow_down"}' };
    const device = { ...pkce, method: 'device' as const, deviceCode: Secret.of('d') };
    await expect(pollDevice(flow, device, call)).rejects.toMatchObject({ code: 'login.pending', upstream: { code: 'slow_down' } });
    await expect(pollDevice(flow, pkce, call)).rejects.toMatchObject({ parameters: { reason: 'device_code_missing' } });
  });

  it('revoke by the refresh token, or by the access token where there is no other', async () => {
    await revokeToken(flow, credentials, call);
    expect(last().path).toBe('/revoke');
    expect(form()).toMatchObject({ token: 'ref', token_type_hint: 'refresh_token', client_id: 'our client' });
    const { refreshToken: _, ...shortLived } = credentials;
    await revokeToken({ ...flow, bodyFormat: 'json' }, shortLived, call);
    expect(JSON.parse(last().body)).toMatchObject({ token: 'acc', token_type_hint: 'access_token', client_id: 'our client' });
  });

  it('take a token that is gone already for revoked, and tell any other failure', async () => {
    for (const error of ['invalid_token', 'invalid_grant']) {
      state.answer = { status: 400, body: JSON.stringify({ error }) };
      await revokeToken(flow, credentials, call);
    }
    state.answer = { status: 503, body: '' };
    await expect(revokeToken(flow, credentials, call)).rejects.toMatchObject({ code: 'upstream.overloaded' });
    const before = server.requests.length;
    const { revokeUrl: _, ...without } = flow;
    await revokeToken(without, credentials, call);
    expect(server.requests.length).toBe(before);
  });
});

describe('the settings of a login', () => {
  const defaults = {
    authorizeUrl: 'https://acme.example/authorize',
    tokenUrl: 'https://acme.example/token',
    redirectUri: 'http://127.0.0.1:4000/oauth/callback',
    scopes: ['chat'],
    hasClientSecret: true,
  };
  const given = (values: Readonly<Record<string, string>>) => ({
    text: (name: string) => values[name],
    secret: (name: string) => (values[name] === undefined ? undefined : Secret.of(values[name])),
  });

  it('have no client of anybody’s as a default, and say what to set', () => {
    expect(thrownBy(() => configuredClient('open-thing', given({ oauthClientId: 'id' }), defaults))).toMatchObject({
      code: 'login.not-configured',
      parameters: { provider: 'open-thing', setting: 'OPEN_THING_OAUTH_CLIENT_ID and OPEN_THING_OAUTH_CLIENT_SECRET' },
    });
    expect(thrownBy(() => configuredClient('acme', given({}), { ...defaults, hasClientSecret: false }))).toMatchObject({
      parameters: { provider: 'acme', setting: 'ACME_OAUTH_CLIENT_ID' },
    });
  });

  it.each(['oauthAuthorizeUrl', 'oauthTokenUrl', 'oauthRedirectUri'])('name the address that cannot be one: %s', (name) => {
    for (const address of ['id.acme.example/token', 'javascript:alert(1)']) {
      const settings = given({ oauthClientId: 'id', [name]: address });
      expect(thrownBy(() => configuredClient('acme', settings, { ...defaults, hasClientSecret: false }))).toMatchObject({
        code: 'login.not-configured',
        message: expect.stringContaining(`set ACME_${name.replace(/[A-Z]/g, '_$&').toUpperCase()} to an address`),
      });
    }
  });

  it('come before the defaults', () => {
    const client = configuredClient('acme', given({ oauthClientId: 'id', oauthClientSecret: 's', oauthScopes: ' a  b ' }), defaults);
    expect(client).toMatchObject({ clientId: 'id', authorizeUrl: defaults.authorizeUrl, tokenUrl: defaults.tokenUrl, scopes: ['a', 'b'] });
    expect(configuredClient('acme', given({ oauthClientId: 'id' }), { ...defaults, hasClientSecret: false })).toMatchObject({
      scopes: ['chat'],
      redirectUri: defaults.redirectUri,
    });
  });

  it('ask for a secret and for consent only where there is one to give', () => {
    expect(Object.keys(oauthSettings({ ...defaults, termsReadOn: '2026-11-22' }))).toEqual([
      'oauthClientId',
      'oauthClientSecret',
      'oauthAuthorizeUrl',
      'oauthTokenUrl',
      'oauthRedirectUri',
      'oauthScopes',
      'oauthAcceptTerms',
    ]);
    const plain = oauthSettings({ ...defaults, hasClientSecret: false });
    expect(Object.keys(plain)).not.toEqual(expect.arrayContaining(['oauthClientSecret']));
    expect(plain['oauthClientId']?.default).toBeUndefined();
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
