import type { Secret } from './secret.js';
import type { WireHeaders, WireResponse } from './wire-request.js';

/** Headers that a request is about to carry; names in lower case. */
export type OutgoingHeaders = Record<string, string>;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  /** Absolute. Redirects are never followed: a credential belongs to one origin. */
  readonly url: string;
  readonly headers: WireHeaders;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
  /** Milliseconds until the headers; default 60,000. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds between two pieces of the body; default 120,000. */
  readonly idleTimeoutMs?: number;
}

/**
 * The way out. Failures are `MaestroError`: `upstream.unreachable`, `upstream.timeout`, `upstream.disconnected`,
 * `request.cancelled`; an answer of any status is an answer.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<WireResponse>;
  close(): Promise<void>;
}

/**
 * A session's way to its provider: an address, and how to authorise a request to it. A plain value, however it was made; it
 * holds the credential in a closure and is never serialised.
 */
export interface ProviderClient {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /**
   * Adds the headers that prove who asks. Where a short-lived token must be fetched for that, the promise is of when they are
   * there; it rejects with what the token's issuer refused or with transport errors.
   */
  authorise(headers: OutgoingHeaders): void | Promise<void>;
  readonly http: HttpClient;
  readonly settings: ProviderSettings;
}

/** A provider's own settings, read once at the start (`<ID>_<SETTING>`), defaults filled in. */
export interface ProviderSettings {
  text(name: string): string | undefined;
  secret(name: string): Secret | undefined;
}

export interface CallOptions {
  readonly signal: AbortSignal;
}

export interface ClientOptions {
  /** The session's own address; absent: the provider's configured one. */
  readonly baseUrl?: string;
}
