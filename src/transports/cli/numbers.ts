import { usageError } from './usage-error.js';

/** A count that was typed. @throws MaestroError `request.invalid` */
export function wholeNumber(option: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const value = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw usageError(`${option} must be a whole number from 1${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${String(most)}`}`);
}
