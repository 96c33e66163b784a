import { MaestroError } from '../../contracts/errors/maestro-error.js';

/**
 * The key in an `authorization` header (RFC 6750, section 2.1).
 *
 * @throws MaestroError `caller.key-missing`, `caller.key-invalid`
 */
export function bearerKeyFrom(authorization: string | undefined): string {
  const key = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  if (key === undefined) throw new MaestroError(authorization === undefined ? 'caller.key-missing' : 'caller.key-invalid', {});
  return key;
}
