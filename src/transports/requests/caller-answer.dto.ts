import type { AuthType } from '../../contracts/auth-type.js';
import type { CallerAccount, KeptGrant, Scope } from '../../contracts/caller.js';
import type { Page } from '../../contracts/session.js';

export class LimitsAnswerDto {
  /** Answers under way at a time. */
  readonly streams?: number;
  readonly requestsPerMinute?: number;

  constructor({ streams, requestsPerMinute }: CallerAccount['limits']) {
    if (streams !== undefined) this.streams = streams;
    if (requestsPerMinute !== undefined) this.requestsPerMinute = requestsPerMinute;
  }
}

export class GrantAnswerDto {
  readonly id: string;
  readonly provider: string;
  /** Absent: both. */
  readonly authType?: AuthType;
  readonly name: string;
  /** The one session that it is about, whatever it is called by now. */
  readonly sessionId?: string;

  constructor({ id, provider, authType, name, sessionId }: KeptGrant) {
    this.id = id;
    this.provider = provider;
    if (authType !== undefined) this.authType = authType;
    this.name = name;
    if (sessionId !== undefined) this.sessionId = sessionId;
  }
}

/** A caller, field by field; never its key. Times are RFC 3339. */
export class CallerAnswerDto {
  readonly id: string;
  readonly name: string;
  readonly scopes: Scope[];
  readonly grants: GrantAnswerDto[];
  /** By provider, the id of the session that a request without one means. */
  readonly defaults: Record<string, string>;
  readonly limits: LimitsAnswerDto;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** To the minute. */
  readonly lastUsedAt?: string;

  constructor(account: CallerAccount) {
    this.id = account.id;
    this.name = account.name;
    this.scopes = [...account.scopes];
    this.grants = account.grants.map((grant) => new GrantAnswerDto(grant));
    this.defaults = { ...account.defaults };
    this.limits = new LimitsAnswerDto(account.limits);
    this.createdAt = account.createdAt.toISOString();
    if (account.expiresAt !== undefined) this.expiresAt = account.expiresAt.toISOString();
    if (account.revokedAt !== undefined) this.revokedAt = account.revokedAt.toISOString();
    if (account.lastUsedAt !== undefined) this.lastUsedAt = account.lastUsedAt.toISOString();
  }
}

/** The one answer that holds the key. */
export class NewCallerDto extends CallerAnswerDto {
  /** Told this once. */
  readonly key: string;

  constructor(account: CallerAccount, key: string) {
    super(account);
    this.key = key;
  }
}

export class CallerListDto {
  readonly data: CallerAnswerDto[];
  /** Absent on the last page. */
  readonly nextCursor?: string;

  constructor({ data, nextCursor }: Page<CallerAccount>) {
    this.data = data.map((account) => new CallerAnswerDto(account));
    if (nextCursor !== undefined) this.nextCursor = nextCursor;
  }
}

/** Why a caller may, or may not, do what a scope stands for with a session. */
export class AccessReportDto {
  readonly callerId: string;
  readonly sessionId: string;
  readonly scope: Scope;
  readonly isAllowed: boolean;
  readonly reason: 'granted' | 'revoked' | 'expired' | 'scope-missing' | 'not-granted';
  readonly grant?: GrantAnswerDto;

  constructor({ callerId, sessionId, scope, isAllowed, reason, grant }: Omit<AccessReportDto, 'grant'> & { readonly grant?: KeptGrant }) {
    this.callerId = callerId;
    this.sessionId = sessionId;
    this.scope = scope;
    this.isAllowed = isAllowed;
    this.reason = reason;
    if (grant !== undefined) this.grant = new GrantAnswerDto(grant);
  }
}
