import type { Secret } from '../../contracts/secret.js';
import type { PkceParams, TokenSet } from '../../contracts/tokens.js';
import type { OAuthCall, OAuthFlow } from './oauth-flow.js';
import type { AuthorizationAnswer } from './pasted-code.js';
import { codeOf, isSame, parsePastedCode } from './pasted-code.js';
import { tokenSetFromAnswer } from './token-answer.js';
import { askTokenEndpoint } from './token-endpoint.js';

/**
 * Trades what came back from the authorisation page for tokens, once. `authCode` may be the code, `code#state` where it was
 * pasted, or the whole address; what comes with a state is checked before anything is sent.
 *
 * @throws MaestroError `login.rejected`, `oauth.misconfigured`, `upstream.*`
 */
export async function exchangeAuthorizationCode(flow: OAuthFlow, authCode: Secret, pkce: PkceParams, call: OAuthCall): Promise<TokenSet> {
  const code = codeOf(answerFrom(authCode, pkce), {
    provider: flow.provider,
    state: pkce.state,
    redirectUri: pkce.redirectUri,
    ...(flow.issuer !== undefined && { issuer: flow.issuer }),
  });
  return requestTokens(
    flow,
    'authorization_code',
    {
      code: code.reveal(),
      redirect_uri: pkce.redirectUri,
      code_verifier: pkce.codeVerifier.reveal(),
      ...(flow.sendStateInExchange === true && { state: pkce.state.reveal() }),
    },
    call,
  );
}

/** From a browser a bare code may hold a `#` of its own; where the state follows it, a person has brought it after all. */
function answerFrom(authCode: Secret, { method, state }: PkceParams): AuthorizationAnswer {
  const answer = parsePastedCode(authCode);
  const isBare = answer.address === undefined && (answer.state === undefined || !isSame(answer.state, state));
  return method === 'browser' && isBare ? { code: authCode } : answer;
}

/** One call, never repeated here: a second one with the same token may end the session. `maySpendToken` reads a failure. */
export async function refreshTokens(flow: OAuthFlow, refreshToken: Secret, call: OAuthCall): Promise<TokenSet> {
  const answer = await askTokenEndpoint(flow, 'refresh_token', { refresh_token: refreshToken.reveal() }, call);
  return tokenSetFromAnswer(flow, 'refresh', answer);
}

/** Any other grant that ends in a first set of tokens, such as an identity token for an access token (RFC 7523, RFC 8693). */
export async function requestTokens(
  flow: OAuthFlow,
  grantType: string,
  parameters: Readonly<Record<string, string>>,
  call: OAuthCall,
): Promise<TokenSet> {
  return tokenSetFromAnswer(flow, 'login', await askTokenEndpoint(flow, grantType, parameters, call));
}
