import type { OAuthCredentials } from '../../contracts/credentials.js';
import type { TokenSet } from '../../contracts/tokens.js';

/**
 * What is stored after a token answer: the answer, and of everything that it leaves out what was there before. A refresh
 * token that is not in the answer is still the one to use (RFC 6749, section 6).
 */
export function mergeTokens(tokens: TokenSet, previous: OAuthCredentials | undefined): OAuthCredentials {
  const isOmitted = tokens.accessToken.length === 0 && previous !== undefined;
  const refreshToken = tokens.refreshToken ?? previous?.refreshToken;
  const idToken = tokens.idToken ?? previous?.idToken;
  const expiresAt = isOmitted ? previous.expiresAt : tokens.expiresAt;
  return {
    authType: 'oauth',
    accessToken: isOmitted ? previous.accessToken : tokens.accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(idToken !== undefined && { idToken }),
    tokenType: tokens.tokenType,
    scopes: tokens.scopes ?? previous?.scopes ?? [],
    ...(expiresAt !== undefined && { expiresAt }),
    extra: { ...previous?.extra, ...tokens.extra },
  };
}
