import type { OAuthCredentials } from '../credentials.js';
import type { CallOptions, ClientOptions, ProviderClient } from '../provider-client.js';
import type { Secret } from '../secret.js';
import type { AuthorizationChallenge, LoginMethod, PkceParams, TokenSet } from '../tokens.js';
import { behaviour } from './behaviour.js';

export interface AuthorizationOptions extends CallOptions {
  readonly method: LoginMethod;
  /** Where the gateway can be called back; absent: the provider's configured redirect. */
  readonly redirectUri?: string;
}

/** Logging in with OAuth 2.0 (RFC 6749, with PKCE of RFC 7636) and keeping the session alive. */
export interface OAuthBehaviour {
  /**
   * Whether the terms were accepted is looked at before, by whoever runs logins.
   *
   * @throws MaestroError `login.not-configured`, `operation.unsupported` (a method this provider has not)
   */
  generateAuthUrl(sessionName: string, options: AuthorizationOptions): Promise<AuthorizationChallenge>;
  /**
   * Trades the code for tokens, once. `authCode` is the code, `code#state`, or the whole address that the browser came back to;
   * what comes with a state is checked against the state of `pkceParams` before anything is sent. For a device login the code
   * is not looked at, and `login.pending` with the upstream code `slow_down` asks for five seconds more between two polls.
   *
   * @throws MaestroError `login.rejected`, `login.pending` (a device not yet approved), `oauth.misconfigured` and upstream errors
   */
  exchangeCode(authCode: Secret, pkceParams: PkceParams, sessionName: string, options: CallOptions): Promise<TokenSet>;
  /** One call of the token endpoint, never repeated here. @throws MaestroError `session.refresh-rejected` only where the grant is dead, `oauth.misconfigured`, upstream errors */
  refreshToken(refreshToken: Secret, sessionName: string, options: CallOptions): Promise<TokenSet>;
  /** What will be stored and used for calls: merges a token answer into what was there before. */
  extractApiCredentials(tokens: TokenSet, previous: OAuthCredentials | undefined, options: CallOptions): Promise<OAuthCredentials>;
  /** Best effort (RFC 7009); a provider without such an endpoint resolves at once. */
  revokeTokens(credentials: OAuthCredentials, options: CallOptions): Promise<void>;
  createClient(credentials: OAuthCredentials, options: ClientOptions): ProviderClient;
}

export const OAuthBehaviour = behaviour<OAuthBehaviour>('oauth', {
  generateAuthUrl: 2,
  exchangeCode: 4,
  refreshToken: 3,
  extractApiCredentials: 3,
  revokeTokens: 2,
  createClient: 2,
});
