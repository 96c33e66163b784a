import type { AuthType } from '../../contracts/auth-type.js';
import type { Page, Session, SessionStatus } from '../../contracts/session.js';

/** A session as every transport answers it: field by field, so that nothing else can ever slip out. Times are RFC 3339. */
export class SessionAnswerDto {
  readonly id: string;
  readonly provider: string;
  readonly authType: AuthType;
  readonly name: string;
  readonly label?: string;
  readonly status: SessionStatus;
  /** Why the status is what it is: a code. */
  readonly statusReason?: string;
  /** What to do about it, in words. */
  readonly nextStep?: string;
  readonly expiresAt?: string;
  readonly lastUsedAt?: string;
  readonly lastRefreshAt?: string;
  readonly nextRefreshAt?: string;
  /** Absent: the provider's configured address. */
  readonly baseUrl?: string;
  /** The last four characters of a long key. */
  readonly secretHint?: string;
  /** When a secret is stored: ids of other sessions with the same one. */
  readonly duplicates?: string[];
  readonly createdAt: string;
  readonly updatedAt: string;

  constructor(session: Session) {
    this.id = session.id;
    this.provider = session.provider;
    this.authType = session.authType;
    this.name = session.name;
    if (session.label !== undefined) this.label = session.label;
    this.status = session.status;
    if (session.statusReason !== undefined) this.statusReason = session.statusReason;
    if (session.nextStep !== undefined) this.nextStep = session.nextStep;
    if (session.expiresAt !== undefined) this.expiresAt = session.expiresAt.toISOString();
    if (session.lastUsedAt !== undefined) this.lastUsedAt = session.lastUsedAt.toISOString();
    if (session.lastRefreshAt !== undefined) this.lastRefreshAt = session.lastRefreshAt.toISOString();
    if (session.nextRefreshAt !== undefined) this.nextRefreshAt = session.nextRefreshAt.toISOString();
    if (session.baseUrl !== undefined) this.baseUrl = session.baseUrl;
    if (session.secretHint !== undefined) this.secretHint = session.secretHint;
    if (session.duplicates !== undefined) this.duplicates = [...session.duplicates];
    this.createdAt = session.createdAt.toISOString();
    this.updatedAt = session.updatedAt.toISOString();
  }
}

export class SessionListDto {
  readonly data: SessionAnswerDto[];
  /** Absent on the last page. */
  readonly nextCursor?: string;

  constructor({ data, nextCursor }: Page<Session>) {
    this.data = data.map((session) => new SessionAnswerDto(session));
    if (nextCursor !== undefined) this.nextCursor = nextCursor;
  }
}
