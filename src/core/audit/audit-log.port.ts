import type { AuditEntry, AuditEvent, AuditHead, AuditVerdict } from '../../contracts/audit-event.js';

export interface AuditFilter {
  /** At most so many. */
  readonly limit: number;
  /** Older than this event. */
  readonly before?: number;
  readonly target?: string;
  readonly actor?: string;
}

export interface AuditCheck {
  /** Told now and then how many events were looked at, and of how many. */
  readonly onProgress?: (checked: number, total: number) => void;
  /** An end of the chain that was noted earlier. */
  readonly checkpoint?: AuditHead;
  /** Ends the walk with `request.cancelled`. */
  readonly signal?: AbortSignal;
}

/** The trail of changes: append-only, each event chained to the one before it. Stores write to it in the transaction of the change. */
export interface AuditLog {
  /** For what is no change of a store's. */
  append(entry: AuditEntry): Promise<AuditEvent>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<readonly AuditEvent[]>;
  /** Walks the whole chain, as it is at one moment. Never holds more than a page of it. */
  verify(check?: AuditCheck): Promise<AuditVerdict>;
  /** Vouches for the chain with the primary key, so that an older key can go. */
  reseal(): Promise<AuditHead>;
}

export const AuditLog = Symbol.for('maestro/audit-log');
