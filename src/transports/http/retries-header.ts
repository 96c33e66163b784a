import type { IncomingHttpHeaders } from 'node:http';

import { MaestroError } from '../../contracts/errors/maestro-error.js';

/**
 * `x-maestro-retries`: how often a provider that cannot serve is asked again, 0 to 2; absent: the default.
 *
 * @throws MaestroError `request.invalid`
 */
export function retriesFrom(headers: IncomingHttpHeaders): { readonly retries?: number } {
  const value = headers['x-maestro-retries'];
  if (value === undefined) return {};
  if (typeof value !== 'string' || !/^[0-2]$/.test(value)) {
    throw new MaestroError('request.invalid', { problems: ['header x-maestro-retries must be 0, 1 or 2'] });
  }
  return { retries: Number(value) };
}
