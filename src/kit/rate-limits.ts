import type { RateLimit } from '../contracts/errors/maestro-error.js';
import type { WireHeaders } from '../contracts/wire-request.js';
import { headerOf } from './retry-after.js';

/** A day; a reset that is further away is told as one. */
const longest = 24 * 60 * 60 * 1000;

/**
 * The limits that an answer's headers tell of, in the order of their names. `name` has the groups `unit` and `kind`, which is
 * `limit`, `remaining` or `reset`.
 */
export function rateLimitsFrom(headers: WireHeaders, name: RegExp, now: Date = new Date()): readonly RateLimit[] {
  const found = new Map<string, RateLimit>();
  for (const header of Object.keys(headers).sort()) {
    const { unit, kind } = name.exec(header)?.groups ?? {};
    if (unit === undefined || kind === undefined) continue;
    const told = toldBy(kind, headerOf(headers, header) ?? '', now);
    if (told !== undefined) found.set(unit, { ...(found.get(unit) ?? { unit }), ...told });
  }
  return [...found.values()];
}

/** Milliseconds until the limits that are used up are whole again; `undefined` where none is, or none says when. */
export function resetOfUsedUp(limits: readonly RateLimit[]): number | undefined {
  const delays = limits.filter(({ remaining }) => remaining === 0).flatMap(({ resetsInMs }) => resetsInMs ?? []);
  return delays.length === 0 ? undefined : Math.max(...delays);
}

function toldBy(kind: string, value: string, now: Date): Partial<RateLimit> | undefined {
  if (kind === 'reset') {
    const resetsInMs = untilReset(value, now);
    return resetsInMs === undefined ? undefined : { resetsInMs };
  }
  // One vendor writes a fraction.
  const count = value === '' ? Number.NaN : Math.floor(Number(value));
  if (!Number.isSafeInteger(count) || count < 0) return undefined;
  return kind === 'limit' ? { limit: count } : { remaining: count };
}

/** `6m0s`, seconds, a time in seconds since 1970, or a date. */
function untilReset(value: string, now: Date): number | undefined {
  const seconds = value === '' ? Number.NaN : Number(value);
  if (!Number.isNaN(seconds)) return within(seconds > 1e9 ? seconds * 1000 - now.getTime() : seconds * 1000);
  return within(durationMs(value) ?? Date.parse(value) - now.getTime());
}

function within(delay: number): number | undefined {
  return Number.isNaN(delay) ? undefined : Math.ceil(Math.min(Math.max(delay, 0), longest));
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `6m0s` or `350ms`, in milliseconds. */
export function durationMs(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[dhms]) ?)+$/.test(text)) return undefined;
  const pieces = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)];
  return Math.ceil(pieces.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0));
}
