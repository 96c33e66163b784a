import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi';

import type { AuthorizationOptions } from '../../contracts/behaviours/oauth.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { Secret } from '../../contracts/secret.js';
import type { AuthorizationChallenge } from '../../contracts/tokens.js';
import { beginDeviceLogin } from './device-login.js';
import type { OAuthCall, OAuthFlow } from './oauth-flow.js';

/**
 * Begins a login: PKCE with S256 always, a state of 32 random bytes, and the redirect exactly as it will be checked.
 *
 * @throws MaestroError `request.invalid` for a redirect that is neither https nor loopback, `operation.unsupported` for a device
 * login of a flow without one
 */
export async function authorizationChallenge(
  flow: OAuthFlow,
  options: Pick<AuthorizationOptions, 'method' | 'redirectUri'>,
  call: OAuthCall,
): Promise<AuthorizationChallenge> {
  if (options.method === 'device') return beginDeviceLogin(flow, call);
  if (options.method === 'federation')
    throw new MaestroError('operation.unsupported', { provider: flow.provider, operation: 'login by federation' });
  const redirectUri = checkedRedirect(options.redirectUri ?? flow.redirectUri);
  const codeVerifier = generateRandomCodeVerifier();
  const state = generateRandomState();
  const authUrl = new URL(flow.authorizeUrl);
  const parameters = {
    ...flow.extraAuthorizeParameters,
    response_type: 'code',
    client_id: flow.clientId,
    redirect_uri: redirectUri,
    ...(flow.scopes.length > 0 && { scope: flow.scopes.join(' ') }),
    state,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) authUrl.searchParams.set(name, value);
  return {
    authUrl: authUrl.href,
    pkceParams: { state: Secret.of(state), codeVerifier: Secret.of(codeVerifier), redirectUri, method: options.method },
  };
}

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Over plain http a code is for everybody on the way, unless it never leaves the machine (RFC 8252, section 7.3). */
function checkedRedirect(redirectUri: string): string {
  const refuse = (problem: string): MaestroError => new MaestroError('request.invalid', { problems: [`redirectUri ${problem}`] });
  if (!URL.canParse(redirectUri)) throw refuse('is no address');
  const { protocol, hostname, hash, username, password } = new URL(redirectUri);
  if (hash !== '') throw refuse('must have no fragment');
  if (username !== '' || password !== '') throw refuse('must hold no user or password');
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback.has(hostname))) throw refuse('must be https, or http on 127.0.0.1');
  return redirectUri;
}
