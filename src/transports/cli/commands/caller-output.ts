import type { CallerAccount, Grant } from '../../../contracts/caller.js';
import { facts, table } from '../table.js';

/** `provider/auth-type/name`, as grants are typed. */
export function grantText({ provider, authType, name, sessionId }: Grant): string {
  return `${provider}/${authType ?? '*'}/${name}${sessionId === undefined ? '' : ` (session ${sessionId})`}`;
}

/** A caller for people; the grants with the ids that they are taken back by. */
export function callerText({ grants, defaults, limits, scopes, ...account }: CallerAccount): string {
  return facts([
    ['id', account.id],
    ['name', account.name],
    ['scopes', scopes.join(', ')],
    ...grants.map((grant) => ['grant', `${grant.id}  ${grantText(grant)}`] as const),
    ...Object.entries(defaults).map(([provider, session]) => ['default', `${provider}: ${session}`] as const),
    ['streams', limits.streams?.toString()],
    ['requests a minute', limits.requestsPerMinute?.toString()],
    ['created', account.createdAt.toISOString()],
    ['expires', account.expiresAt?.toISOString()],
    ['revoked', account.revokedAt?.toISOString()],
    ['last used', account.lastUsedAt?.toISOString()],
  ]);
}

export function callersText(accounts: readonly CallerAccount[]): string {
  const rows = accounts.map(({ id, name, scopes, grants, revokedAt, expiresAt, lastUsedAt }) => [
    ...[id, name, scopes.join(','), String(grants.length)],
    ...[revokedAt === undefined ? expiresAt?.toISOString() : 'revoked', lastUsedAt?.toISOString()],
  ]);
  return table(['id', 'name', 'scopes', 'grants', 'expires', 'last used'], rows);
}
