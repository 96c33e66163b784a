import type { AuditNote } from '../../contracts/audit-event.js';
import type { AuthType } from '../../contracts/auth-type.js';
import type { CallerLimits, CallerRecord, KeptGrant, Scope } from '../../contracts/caller.js';
import type { Page, SealedSecret } from '../../contracts/session.js';

export interface NewCallerRecord {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly limits: CallerLimits;
  readonly expiresAt?: Date;
  readonly pepper: SealedSecret;
  readonly secretVersion: number;
  readonly keyHash: Uint8Array;
}

/** A grant by name; what is granted by a session's id comes into being with the session. */
export interface NewGrant {
  readonly provider: string;
  readonly authType?: AuthType;
  readonly name: string;
}

export interface CallerFilter {
  /** 1 to 200. */
  readonly limit: number;
  /** Where the last page ended. */
  readonly after?: string;
}

/**
 * Callers with their grants and defaults. Every change is in the audit trail or does not hold. All but `find` and `list` leave
 * revoked callers alone: they are as if they were not there.
 */
export interface CallerStore {
  /** @throws MaestroError `caller.name-taken` */
  insert(caller: NewCallerRecord, audit: AuditNote): Promise<CallerRecord>;
  /** One prepared statement: it is asked with each request. */
  find(id: string): Promise<CallerRecord | undefined>;
  /** Of all that are not revoked. Absent: who is a stranger is found out one by one. */
  ids?(): Promise<readonly string[]>;
  findByName(name: string): Promise<CallerRecord | undefined>;
  list(filter: CallerFilter): Promise<Page<CallerRecord>>;
  /** Its grants and defaults go, its name is free; false: there was none. */
  revoke(id: string, audit: AuditNote): Promise<boolean>;
  /** The one that is there already, where there is one; `undefined`: there is no such caller. */
  grant(id: string, grant: NewGrant, audit: AuditNote): Promise<KeptGrant | undefined>;
  revokeGrant(id: string, grantId: string, audit: AuditNote): Promise<boolean>;
  /** Without a session the default is taken away. False: there is no such caller, or no such session any more. */
  setDefault(id: string, provider: string, sessionId: string | undefined, audit: AuditNote): Promise<boolean>;
  /** Coarse, and never a reason to fail: notes that a key was used. */
  touch(id: string, at: Date): Promise<void>;
}

export const CallerStore = Symbol.for('maestro/caller-store');
