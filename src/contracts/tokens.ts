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
  /** What the issuer said, for whoever counts by another clock; absent where it said nothing that makes sense. */
  readonly lifetimeSeconds?: number;
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

/**
 * `federation` needs no person: an identity token that the platform keeps in a file is traded for tokens (RFC 7523, RFC 8693).
 * Such a login is complete as soon as it is begun: `exchangeCode` may be called at once, with any code.
 */
export type LoginMethod = 'browser' | 'paste' | 'device' | 'federation';

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
  /** Empty for a login by federation: there is nowhere to go. */
  readonly authUrl: string;
  readonly pkceParams: PkceParams;
  /** Of a device login: what the person types. */
  readonly userCode?: string;
  /** Of a device login: seconds between two polls. */
  readonly pollIntervalSeconds?: number;
}
