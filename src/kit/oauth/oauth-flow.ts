import type { CredentialExtra } from '../../contracts/credentials.js';
import type { CallOptions, HttpClient } from '../../contracts/provider-client.js';
import type { Secret } from '../../contracts/secret.js';
import type { JsonRecord } from '../json-fields.js';

/** How a client proves itself at the token endpoint (RFC 6749, section 2.3): not at all, in a header, or in the body. */
export type ClientAuthentication = 'none' | 'basic' | 'post';

/** One provider's OAuth login as data: what differs from vendor to vendor, and nothing that does not. */
export interface OAuthFlow {
  readonly provider: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  /** RFC 8628; absent: no device login. */
  readonly deviceUrl?: string;
  /** RFC 7009; absent: tokens cannot be revoked. */
  readonly revokeUrl?: string;
  /** What an `iss` on the way back must be (RFC 9207); absent: an `iss` is not looked at. */
  readonly issuer?: string;
  /** Empty: none is sent; a federated grant names who it is for in fields of its own. */
  readonly clientId: string;
  readonly clientSecret?: Secret;
  readonly clientAuthentication: ClientAuthentication;
  /** RFC 6749 wants a form; some vendors want JSON. */
  readonly bodyFormat: 'form' | 'json';
  readonly scopes: readonly string[];
  /** Where the browser comes back to where the one who logs in names no other address. */
  readonly redirectUri: string;
  readonly extraAuthorizeParameters?: Readonly<Record<string, string>>;
  /** Joined to exchange and refresh alike. */
  readonly extraTokenParameters?: Readonly<Record<string, string>>;
  /** Headers of the token endpoint's own; names in lower case. */
  readonly tokenHeaders?: Readonly<Record<string, string>>;
  /** Some vendors want the state a second time, in the exchange. */
  readonly sendStateInExchange?: boolean;
  /** Seconds that an access token is taken to live where the issuer does not say. */
  readonly defaultLifetimeSeconds: number;
  /** This vendor's words for a dead grant beside `invalid_grant`. */
  readonly deadGrantCodes?: readonly string[];
  /** Statuses of JSON answers that mean a dead grant in a refresh, unless a word in them is about the client. */
  readonly deadGrantStatuses?: readonly number[];
  /** A refresh answer without an access token keeps the one there was: `TokenSet.accessToken` is empty then, and `mergeTokens` knows. */
  readonly keepsOmittedAccessToken?: boolean;
  /** What else of a token answer belongs to the credential and is no secret, such as an account's id. */
  readonly extraOf?: (answer: JsonRecord) => CredentialExtra;
}

/** What a call of a token endpoint needs beside the flow. */
export interface OAuthCall extends CallOptions {
  readonly http: HttpClient;
  /** Milliseconds until the answer is whole; default 8,000. A refresh must end before its lease does. */
  readonly timeoutMs?: number;
}
