import { AuthType } from '../../contracts/auth-type.js';
import type { CallerLimits, Scope } from '../../contracts/caller.js';
import { scopes } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { SessionName } from '../../contracts/session-name.js';
import type { NewGrant } from './caller-store.port.js';

/** What somebody asks for who makes a caller. */
export interface NewCaller {
  /** 3 to 50 of `A-Za-z0-9_-`, not of UUID form. */
  readonly name: string;
  /** Default: `chat`. */
  readonly scopes?: readonly string[];
  readonly expiresAt?: Date;
  readonly limits?: CallerLimits;
}

export interface CheckedCaller {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: Date;
  readonly limits: CallerLimits;
}

const mostStreams = 10_000;
const mostRequests = 1_000_000;

/** @throws MaestroError `request.invalid`, naming everything that is wrong */
export function checkedCaller({ name, scopes: wanted = ['chat'], expiresAt, limits = {} }: NewCaller, now: Date): CheckedCaller {
  const known = scopes.filter((scope) => wanted.includes(scope));
  const problems = [
    ...(SessionName.is(name) ? [] : ['name must have 3 to 50 of A-Z, a-z, 0-9, underscore and hyphen, and not be a UUID']),
    ...(wanted.length > 0 && wanted.every((scope) => known.some((each) => each === scope))
      ? []
      : [`scopes must be one or more of ${scopes.join(', ')}`]),
    ...(expiresAt === undefined || expiresAt > now ? [] : ['expiresAt must be a time to come']),
    ...limitProblem('limits.streams', limits.streams, mostStreams),
    ...limitProblem('limits.requestsPerMinute', limits.requestsPerMinute, mostRequests),
  ];
  if (problems.length > 0) throw new MaestroError('request.invalid', { problems });
  return { name, scopes: known, limits, ...(expiresAt !== undefined && { expiresAt }) };
}

function limitProblem(name: string, value: number | undefined, most: number): readonly string[] {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return [];
  return [`${name} must be a whole number from 1 to ${String(most)}`];
}

const providerPattern = /^[a-z][a-z0-9-]{1,39}$|^[a-z][a-z0-9-]{0,38}\*$|^\*$/;
const namePattern = /^[A-Za-z0-9_-]{3,50}$|^[A-Za-z0-9_-]{0,49}\*$/;

/** What somebody asks for who grants; `*` as auth type means both. @throws MaestroError `request.invalid`, `auth-type.unknown` */
export function checkedGrant({ provider, authType, name }: { provider: string; authType?: string; name: string }): NewGrant {
  const problems = [
    ...(providerPattern.test(provider) ? [] : ['provider must be a provider id, or the beginning of one and *']),
    ...(namePattern.test(name) ? [] : ['name must be the name of a session, or the beginning of one and *']),
  ];
  if (problems.length > 0) throw new MaestroError('request.invalid', { problems });
  return { provider, name, ...(authType !== undefined && authType !== '*' && { authType: AuthType.parse(authType) }) };
}
