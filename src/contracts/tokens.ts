import type { CredentialExtra } from './credentials.js';
import type { Secret } from './secret.js';

/**
 * What a token endpoint answered (RFC 6749, section 5.1), already parsed. A refresh answer may omit the refresh token or the
 * id token; that means "keep what you have", never "there is none".
 */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  readonly idToken?: Secret;
  readonly tokenType: string;
  readonly scopes?: readonly string[];
  /** From the local receive time, not from the issuer's clock. */
  readonly expiresAt?: Date;
  /** True where the issuer told no lifetime and the provider's default was taken. */
  readonly isExpiryEstimated: boolean;
  readonly extra: CredentialExtra;
}

/** What `refreshTokens` returns to a library user. The other doors answer with the session. */
export interface RefreshedTokens {
  readonly accessToken: Secret;
  readonly refreshToken?: Secret;
  readonly expiresAt?: Date;
}

export type LoginMethod = 'browser' | 'paste' | 'device';

/** What must be kept between the two halves of a login. Verifier, state and device code are secrets: sealed at rest, used once. */
export interface PkceParams {
  readonly state: Secret;
  readonly codeVerifier: Secret;
  readonly redirectUri: string;
  readonly method: LoginMethod;
  /** Of a device login (RFC 8628): what the poll sends. */
  readonly deviceCode?: Secret;
}

/** The first half of a login: where the person goes, and what must be kept until they come back. */
export interface AuthorizationChallenge {
  readonly authUrl: string;
  readonly pkceParams: PkceParams;
  /** Of a device login: what the person types. */
  readonly userCode?: string;
  /** Of a device login: seconds between two polls. */
  readonly pollIntervalSeconds?: number;
}
