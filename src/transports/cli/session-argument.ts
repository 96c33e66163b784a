import type { SessionAddress } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import { sessionAddressFrom } from '../requests/session.dto.js';
import { usageError } from './usage-error.js';

/** How the commands describe it. */
export const sessionArgument = 'provider/name, provider/auth-type/name, or the id';

/** A session as it is typed. @throws MaestroError `request.invalid`, `provider.id-invalid`, `auth-type.unknown` */
export function sessionFromArgument(text: string): SessionAddress {
  if (SessionId.is(text)) return sessionAddressFrom({ id: text });
  const [provider = '', ...rest] = text.split('/');
  const name = rest.at(-1);
  const [authType] = rest.slice(0, -1);
  if (name === undefined || rest.length > 2) throw usageError(`${JSON.stringify(text)} names no session: write ${sessionArgument}`);
  return sessionAddressFrom({ provider, name, ...(authType !== undefined && { authType }) });
}
