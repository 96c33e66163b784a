import { AuthType } from '../../contracts/auth-type.js';
import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { Page, SessionRecord } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import { mayUse } from '../access/may-use.js';
import type { SessionQuery } from './new-session.js';
import type { SessionFilter, SessionStore } from './session-store.port.js';

const listable = [
  'active',
  'expired',
  'needs_attention',
  'reauth_required',
  'exhausted',
  'disabled',
  'unreadable',
] as const satisfies readonly NonNullable<SessionFilter['status']>[];

/** @throws MaestroError `provider.id-invalid`, `auth-type.unknown`, `request.invalid` */
export function filterFrom({ provider, authType, status, limit = 50, cursor }: SessionQuery): SessionFilter {
  const problems: string[] = [];
  const known = listable.find((one) => one === status);
  if (status !== undefined && known === undefined) problems.push(`status must be one of ${listable.join(', ')}`);
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) problems.push('limit must be a whole number from 1 to 200');
  if (cursor !== undefined && !SessionId.is(cursor)) problems.push('cursor must be the nextCursor of the page before');
  if (problems.length > 0) throw new MaestroError('request.invalid', { problems });
  return {
    limit,
    ...(provider !== undefined && { provider: ProviderId.parse(provider) }),
    ...(authType !== undefined && { authType: AuthType.parse(authType) }),
    ...(known !== undefined && { status: known }),
    ...(cursor !== undefined && { after: SessionId.of(cursor) }),
  };
}

/** A page of the sessions that the caller may see: full where there are enough of them, however many others lie between. */
export async function visiblePage(store: SessionStore, caller: Caller, filter: SessionFilter): Promise<Page<SessionRecord>> {
  const data: SessionRecord[] = [];
  let after = filter.after;
  for (;;) {
    const page = await store.list({ ...filter, limit: filter.limit - data.length, ...(after !== undefined && { after }) });
    data.push(...page.data.filter((record) => mayUse(caller, 'sessions:read', record)));
    if (page.nextCursor === undefined) return { data };
    if (data.length >= filter.limit) return { data, nextCursor: page.nextCursor };
    after = SessionId.of(page.nextCursor);
  }
}
