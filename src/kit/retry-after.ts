import type { WireHeaders } from '../contracts/wire-request.js';

/** A day; whoever asks for more is told to wait that long. */
const longest = 24 * 60 * 60 * 1000;

/**
 * Milliseconds that the server asks to wait: `retry-after-ms`, else `retry-after` in seconds or as a date (RFC 9110, section
 * 10.2.3). `undefined` where it asks for nothing or for nonsense.
 */
export function retryAfterMs(headers: WireHeaders, now: Date = new Date()): number | undefined {
  const milliseconds = Number(headerOf(headers, 'retry-after-ms') ?? Number.NaN);
  if (isDelay(milliseconds)) return Math.min(milliseconds, longest);
  const text = headerOf(headers, 'retry-after');
  if (text === undefined) return undefined;
  const seconds = Number(text);
  const delay = Number.isNaN(seconds) ? Date.parse(text) - now.getTime() : seconds * 1000;
  return isDelay(delay) ? Math.min(delay, longest) : undefined;
}

export function headerOf(headers: WireHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value[0];
}

function isDelay(delay: number): boolean {
  return delay >= 0;
}
