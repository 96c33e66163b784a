import type { IncomingHttpHeaders } from 'node:http';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { RoutedRequest } from './door-route.js';

/**
 * The key of a request, wherever clients of its wire put it, as an `authorization` header has it.
 *
 * @throws MaestroError `caller.keys-differ`
 */
export function authorizationOf(headers: IncomingHttpHeaders, { door, search }: RoutedRequest): string | undefined {
  const { authorization } = headers;
  const beside = [...door.keyHeaders.map((name) => headers[name]), ...door.keyParameters.map((name) => search.get(name))];
  const given = beside.filter((key) => typeof key === 'string').map((key) => `Bearer ${key.trim()}`);
  const all = authorization === undefined ? given : [authorization.trim().replace(/^bearer +/i, 'Bearer '), ...given];
  const [first, ...others] = new Set(all);
  if (others.length > 0) throw new MaestroError('caller.keys-differ', {});
  return first;
}
