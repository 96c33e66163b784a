import { isIP } from 'node:net';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { isPublicAddress } from '../../kit/public-address.js';

/** Names that resolve inside a machine or a network, whatever DNS says (RFC 6761, RFC 6762, RFC 8375). */
const innerNames = /(^|\.)(localhost|local|internal|home\.arpa|intranet|lan|onion|test|invalid|example)$/;

/**
 * The address of a session's own, without a trailing slash. A credential is sent there, so it must be https on a public host;
 * an operator can lift that for gateways inside their network.
 *
 * @throws MaestroError `session.base-url-refused`
 */
export function checkedBaseUrl(text: string, { allowPrivate }: { readonly allowPrivate: boolean }): string {
  if (!URL.canParse(text)) throw refusal('it is no absolute URL');
  const url = new URL(text);
  const problem = shapeProblem(url) ?? (allowPrivate ? undefined : placeProblem(url));
  if (problem !== undefined) throw refusal(problem);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function refusal(problem: string): MaestroError {
  return new MaestroError('session.base-url-refused', { problem });
}

function shapeProblem(url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'only https is allowed';
  if (url.username !== '' || url.password !== '') return 'a user name or password in it would be stored in clear';
  if (url.search !== '' || url.hash !== '') return 'it may have no query and no fragment';
  return undefined;
}

function placeProblem(url: URL): string | undefined {
  if (url.protocol !== 'https:') return 'only https is allowed';
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) !== 0) return isPublicAddress(host) ? undefined : 'its host is no public address';
  if (!host.includes('.') || innerNames.test(host)) return 'its host is a name of an inner network';
  return undefined;
}
