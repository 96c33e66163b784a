import type { Scope } from '../../contracts/caller.js';
import { scopes } from '../../contracts/caller.js';
import type { SessionAddress } from '../../contracts/session.js';
import { Nested, OneOf, Optional, Rule, Text, Time, Whole } from './fields.js';
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
  @Time()
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
export function whyAddressFrom({ session, provider, authType }: Pick<WhyDto, 'session' | 'provider' | 'authType'>): SessionAddress {
  if (provider === undefined) return sessionAddressFrom({ id: session });
  return sessionAddressFrom({ provider, name: session, ...(authType !== undefined && { authType }) });
}
