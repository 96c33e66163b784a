import type { AuditNote } from '../../contracts/audit-event.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { SealedSecret, SessionId } from '../../contracts/session.js';

/** A login that is over here, and that its provider is still to be told of. Sealed for its own row. */
export interface PendingRevocation {
  readonly id: string;
  readonly sessionId: SessionId;
  readonly provider: ProviderId;
  readonly secret: SealedSecret;
  readonly secretVersion: number;
  /** Who ended it. */
  readonly actor: string;
  /** Times that it was tried. */
  readonly attempts: number;
}

/** What has to be told to providers, and outlives the process that was to tell it. */
export interface RevocationOutbox {
  /** For tokens that come after their session went. The same id is put in once. */
  add(revocation: PendingRevocation): Promise<void>;
  /** Each is taken by one process, and comes back later (after `60 s × 4^attempts`) where nobody removes it. */
  take(limit: number): Promise<readonly PendingRevocation[]>;
  remove(revocation: PendingRevocation, audit: AuditNote): Promise<void>;
}

export const RevocationOutbox = Symbol.for('maestro/revocation-outbox');
