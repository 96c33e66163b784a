import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { UsageDimension, UsageQuery } from '../../contracts/usage.js';
import { usageDimensions } from '../../contracts/usage.js';
import type { UsageFilter } from './usage-store.port.js';

const hourMs = 3_600_000;
const usualSpan = 30 * 24 * hourMs;
const mostGroups = 200;

/** @throws MaestroError `request.invalid`, naming everything that is wrong */
export function usageFilterFrom(query: UsageQuery, now: Date): UsageFilter {
  const { by: wanted = ['provider', 'model'], limit = 100, cursor, to = now, caller, session, provider, model } = query;
  const from = query.from ?? new Date(to.getTime() - usualSpan);
  const by = usageDimensions.filter((dimension) => wanted.includes(dimension));
  const after = cursor === undefined ? undefined : keyFrom(cursor, by);
  const problems = [
    ...(from < to ? [] : ['from must be before to']),
    ...(areDimensions(wanted) ? [] : [`groupBy must be one or more of ${usageDimensions.join(', ')}, or total alone`]),
    ...(Number.isInteger(limit) && limit >= 1 && limit <= mostGroups
      ? []
      : [`limit must be a whole number from 1 to ${String(mostGroups)}`]),
    ...(cursor === undefined || after !== undefined ? [] : ['cursor must be the nextCursor of the page before']),
  ];
  if (problems.length > 0) throw new MaestroError('request.invalid', { problems });
  return {
    ...{ by, limit },
    from: new Date(Math.floor(from.getTime() / hourMs) * hourMs),
    to: new Date(Math.ceil(to.getTime() / hourMs) * hourMs),
    ...(caller !== undefined && { caller }),
    ...(session !== undefined && { session }),
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
    ...(after !== undefined && { after }),
  };
}

export function cursorFrom(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function areDimensions(wanted: readonly string[]): boolean {
  if (wanted.length === 1 && wanted[0] === 'total') return true;
  return wanted.length > 0 && wanted.every((name) => usageDimensions.some((dimension) => dimension === name));
}

function keyFrom(cursor: string, by: readonly UsageDimension[]): readonly string[] | undefined {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const isKey = Array.isArray(key) && key.length === by.length && by.length > 0 && key.every(isStorableText);
    return isKey ? (key as readonly string[]) : undefined;
  } catch {
    return undefined;
  }
}

function isStorableText(part: unknown): boolean {
  return typeof part === 'string' && !part.includes('\0');
}
