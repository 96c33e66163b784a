import type { ServerResponse } from 'node:http';

import type { Session } from '../../../contracts/session.js';

/** Which session answers, told with every answer. */
export function tellSession(raw: ServerResponse, { provider, name }: Pick<Session, 'provider' | 'name'>): void {
  raw.setHeader('x-maestro-provider', provider);
  raw.setHeader('x-maestro-session', name);
}
