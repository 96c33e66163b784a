import type { Credentials } from '../../contracts/credentials.js';
import type { SessionId } from '../../contracts/session.js';

/** What a session is made of, besides its provider and auth type. */
export interface NewSession {
  /** Default: one that nobody has yet. */
  readonly id?: SessionId;
  readonly name: string;
  readonly credentials: Credentials;
  readonly label?: string;
  /** An address of this session's own; needs scope `admin`. */
  readonly baseUrl?: string;
  /** Ask the provider before anything is stored. */
  readonly verify?: boolean;
  /**
   * Why its refresh token must not be used before somebody needs it, a code: the session is `needs_attention` for this reason
   * until its first refresh.
   */
  readonly caution?: string;
  readonly signal?: AbortSignal;
}

export interface SessionQuery {
  readonly provider?: string;
  readonly authType?: string;
  /** A stored status, `expired` or `unreadable`. */
  readonly status?: string;
  /** 1 to 200; default 50. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** `null` takes a label away; an absent field stays. */
export interface SessionEdit {
  readonly name?: string;
  readonly label?: string | null;
  readonly disabled?: boolean;
}

export interface NewCredentials {
  readonly credentials: Credentials;
  /** Absent: the address stays. `null`: back to the provider's configured one. A change needs scope `admin`. */
  readonly baseUrl?: string | null;
  readonly verify?: boolean;
  readonly signal?: AbortSignal;
}

/** What a clone has of its own. */
export interface SessionCopy {
  /** Default: one that nobody has yet. */
  readonly id?: SessionId;
  readonly name: string;
  /** Default: the label of the session that it is made from. `null`: none. */
  readonly label?: string | null;
}
