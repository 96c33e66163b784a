import { createHash } from 'node:crypto';

import { httpClient } from '../http-client.js';
import { authorizationChallenge } from './authorization.js';
import type { OAuthFlow } from './oauth-flow.js';

describe('the beginning of a login', () => {
  const http = httpClient();
  const call = { http, signal: new AbortController().signal };
  const flow: OAuthFlow = {
    provider: 'acme',
    authorizeUrl: 'https://acme.example/authorize?tenant=7',
    tokenUrl: 'https://acme.example/token',
    clientId: 'our client',
    clientAuthentication: 'none',
    bodyFormat: 'form',
    scopes: ['chat', 'models'],
    redirectUri: 'https://gateway.example/oauth/callback',
    extraAuthorizeParameters: { prompt: 'consent', code_challenge_method: 'plain' },
    defaultLifetimeSeconds: 60,
  };

  afterAll(() => http.close());

  it('sends the browser with a state and the hash of a verifier, in the vendor’s own address', async () => {
    const { authUrl, pkceParams } = await authorizationChallenge(flow, { method: 'browser' }, call);
    const { origin, pathname, searchParams } = new URL(authUrl);
    const verifier = pkceParams.codeVerifier.reveal();
    expect(`${origin}${pathname}`).toBe('https://acme.example/authorize');
    expect(Object.fromEntries(searchParams)).toEqual({
      tenant: '7',
      prompt: 'consent',
      response_type: 'code',
      client_id: 'our client',
      redirect_uri: 'https://gateway.example/oauth/callback',
      scope: 'chat models',
      state: pkceParams.state.reveal(),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    expect(verifier.length).toBeGreaterThanOrEqual(43);
    expect(Buffer.from(pkceParams.state.reveal(), 'base64url').byteLength).toBe(32);
    expect(pkceParams).toMatchObject({ method: 'browser', redirectUri: 'https://gateway.example/oauth/callback' });
  });

  it('never uses a state or a verifier twice', async () => {
    const challenges = await Promise.all([1, 2].map(() => authorizationChallenge(flow, { method: 'paste' }, call)));
    expect(new Set(challenges.flatMap(({ pkceParams }) => [pkceParams.state.reveal(), pkceParams.codeVerifier.reveal()])).size).toBe(4);
  });

  it.each([
    'http://127.0.0.1:53682/oauth/callback',
    'http://[::1]:4000/x',
    'http://localhost:1455/auth/callback',
    'https://a.example/b?c=d',
  ])('lets the browser come back to %s', async (redirectUri) => {
    const { authUrl, pkceParams } = await authorizationChallenge({ ...flow, scopes: [] }, { method: 'browser', redirectUri }, call);
    expect(new URL(authUrl).searchParams.get('redirect_uri')).toBe(redirectUri);
    expect(new URL(authUrl).searchParams.has('scope')).toBe(false);
    expect(pkceParams.redirectUri).toBe(redirectUri);
  });

  it.each([
    'http://gateway.example/oauth/callback',
    'http://127.0.0.1.evil.example/',
    'https://a.example/b#c',
    'https://user@a.example/b',
    'javascript:alert(1)',
    '/oauth/callback',
  ])('does not let the browser come back to %s', async (redirectUri) => {
    await expect(authorizationChallenge(flow, { method: 'browser', redirectUri }, call)).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it.each(['device', 'federation'] as const)('refuses a login by %s where the vendor has none', async (method) => {
    await expect(authorizationChallenge(flow, { method }, call)).rejects.toMatchObject({ code: 'operation.unsupported' });
  });
});
