import { AuthType } from '../../contracts/auth-type.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { SessionAddress } from '../../contracts/session.js';
import { SessionId } from '../../contracts/session.js';
import { usageError } from './usage-error.js';

/** How the commands describe it. */
export const sessionArgument = 'provider/name, provider/auth-type/name, or the id';

/** A session as it is typed. @throws MaestroError `request.invalid`, `provider.id-invalid`, `auth-type.unknown` */
export function sessionFromArgument(text: string): SessionAddress {
  if (SessionId.is(text)) return { id: SessionId.of(text.toLowerCase()) };
  const [provider = '', ...rest] = text.split('/');
  const name = rest.at(-1);
  const [authType] = rest.slice(0, -1);
  if (name === undefined || rest.length > 2) throw usageError(`${JSON.stringify(text)} names no session: write ${sessionArgument}`);
  return { provider: ProviderId.parse(provider), session: name, ...(authType !== undefined && { authType: AuthType.parse(authType) }) };
}
