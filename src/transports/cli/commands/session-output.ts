import type { Session } from '../../../contracts/session.js';
import { SessionAnswerDto } from '../../requests/session-answer.dto.js';
import { facts, table } from '../table.js';

export function sessionTable(sessions: readonly Session[]): string {
  const rows = sessions.map(({ provider, authType, name, status, lastUsedAt, label, id }) => [
    provider,
    authType,
    name,
    status,
    lastUsedAt?.toISOString(),
    label,
    id,
  ]);
  return table(['provider', 'auth type', 'name', 'status', 'last used', 'label', 'id'], rows);
}

/** The same facts, in the same words, as every other transport answers. */
export function sessionFacts(session: Session): string {
  return facts(Object.entries(new SessionAnswerDto(session)).map(([name, value]) => [name, String(value)]));
}
