import type { AuthType } from '../../contracts/auth-type.js';
import type { CallerAccount, KeptGrant, Scope } from '../../contracts/caller.js';
import { scopes } from '../../contracts/caller.js';
import type { Page, SessionAddress } from '../../contracts/session.js';
import { Nested, OneOf, Optional, Rule, Text, TextLike, Whole } from './fields.js';
import { sessionAddressFrom } from './session.dto.js';

export class CallerLimitsDto {
  /** Answers under way at a time. */
  @Optional()
  @Whole(1, 10_000)
  readonly streams?: number;

  @Optional()
  @Whole(1, 1_000_000)
  readonly requestsPerMinute?: number;
}

const isScopeList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => scopes.some((scope) => scope === item));

/** RFC 3339, with its offset. */
const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

const isTime = (value: unknown): boolean => typeof value === 'string' && time.test(value) && !Number.isNaN(Date.parse(value));

export class CreateCallerDto {
  /** 3 to 50 of `A-Za-z0-9_-`. */
  @Text()
  readonly name: string;

  /** Default: `chat`. */
  @Optional()
  @Rule(`must be a list of one or more of ${scopes.join(', ')}`, isScopeList)
  readonly scopes?: Scope[];

  /** RFC 3339; from then on the key opens nothing. */
  @Optional()
  @Rule('must be a time as 2030-01-31T12:00:00Z', isTime)
  readonly expiresAt?: string;

  /** What each process lets the caller do at most. */
  @Optional()
  @Nested(() => CallerLimitsDto)
  readonly limits?: CallerLimitsDto;
}

export function newCallerFrom({
  expiresAt,
  ...request
}: CreateCallerDto): Omit<CreateCallerDto, 'expiresAt'> & { readonly expiresAt?: Date } {
  return { ...request, ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }) };
}

export class GrantDto {
  /** A provider's id, or the beginning of one and `*`. */
  @Text({ min: 1, max: 40 })
  readonly provider: string;

  /** `api_key` or `oauth`; absent, or `*`: both. */
  @Optional()
  @Text({ min: 1, max: 40 })
  readonly authType?: string;

  /** A session's name, or the beginning of one and `*`. */
  @Text({ min: 1, max: 50 })
  readonly name: string;
}

export class SetDefaultDto {
  /** A name or an id. */
  @Text({ min: 1, max: 50 })
  readonly session: string;
}

/** The query of a list; everything in it is text. */
export class ListCallersDto {
  /** 1 to 200. */
  @Optional()
  @TextLike(/^([1-9]\d?|1\d\d|200)$/, 'must be a whole number from 1 to 200')
  readonly limit?: string;

  /** `nextCursor` of the page before. */
  @Optional()
  @Text({ min: 1 })
  readonly cursor?: string;
}

/** The query that asks for the reason of a decision. */
export class WhyDto {
  /** A session's id; or its name, with `provider` beside it. */
  @Text({ min: 1, max: 50 })
  readonly session: string;

  @Optional()
  @Text({ min: 1, max: 40 })
  readonly provider?: string;

  @Optional()
  @Text({ min: 1, max: 40 })
  readonly authType?: string;

  /** Default: `chat`. */
  @Optional()
  @OneOf(scopes)
  readonly scope?: Scope;
}

/** Which session is asked about. @throws MaestroError as `sessionAddressFrom` */
export function whyAddressFrom({ session, provider, authType }: WhyDto): SessionAddress {
  if (provider === undefined) return sessionAddressFrom({ id: session });
  return sessionAddressFrom({ provider, name: session, ...(authType !== undefined && { authType }) });
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
  readonly limits: CallerLimitsDto;
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
    const { streams, requestsPerMinute } = account.limits;
    this.limits = new CallerLimitsDto();
    Object.assign(this.limits, {
      ...(streams !== undefined && { streams }),
      ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    });
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
