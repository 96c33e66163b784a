import type { AuthType } from './auth-type.js';
import type { SealedSecret } from './session.js';

export type Scope = 'chat' | 'sessions:read' | 'sessions:write' | 'usage:read' | 'admin';

export const scopes = ['chat', 'sessions:read', 'sessions:write', 'usage:read', 'admin'] as const satisfies readonly Scope[];

/**
 * What a caller may use: sessions by provider, auth type and name, with `*` allowed at the end of `provider` and `name`; no
 * `authType`: both.
 */
export interface Grant {
  readonly provider: string;
  readonly authType?: AuthType;
  readonly name: string;
  /** The id of the one session that this grant is about, whatever it is called by now; the other fields then only tell of it. */
  readonly sessionId?: string;
}

/** What one process lets a caller do at most; absent: as much as it likes. */
export interface CallerLimits {
  /** Answers under way at a time. */
  readonly streams?: number;
  readonly requestsPerMinute?: number;
}

/** Which request a call came with: for logs, the audit trail and traces, and for nothing that decides. */
export interface CallOrigin {
  readonly requestId: string;
  /** The request's own place in a trace (W3C Trace Context), where there is one. */
  readonly traceparent?: string;
}

/** Who holds a Maestro key. Every core operation runs for one. */
export interface Caller {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly grants: readonly Grant[];
  /** By provider, the name or id of the session that a request without one means. Absent: none. */
  readonly defaults?: Readonly<Record<string, string>>;
  readonly limits?: CallerLimits;
  /** Absent: no request of anybody's, but the application itself. */
  readonly origin?: CallOrigin;
}

/** A grant that is kept, with an id to take it back by. */
export interface KeptGrant extends Grant {
  readonly id: string;
}

/** A caller as an admin sees it; never its key. */
export interface CallerAccount {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly grants: readonly KeptGrant[];
  /** By provider, the id of a session. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly limits: CallerLimits;
  readonly createdAt: Date;
  /** Its key opens nothing from then on. */
  readonly expiresAt?: Date;
  readonly revokedAt?: Date;
  /** To the minute. */
  readonly lastUsedAt?: Date;
}

/** A row of the callers' table. Inside core and persistence only. */
export interface CallerRecord extends CallerAccount {
  /** What its key was hashed with, sealed. */
  readonly pepper: SealedSecret;
  readonly secretVersion: number;
  /** HMAC-SHA256 of the key's secret part under the pepper. */
  readonly keyHash: Uint8Array;
}
