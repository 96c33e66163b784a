import type { Session } from '../../../contracts/session.js';
import { SessionAnswerDto, SessionListDto } from '../../requests/session-answer.dto.js';
import { facts, table } from '../table.js';

/** The same session for programs and for people. */
export interface ShownSession {
  readonly value: object;
  readonly text: string;
}

/** The same facts, in the same words, as every other transport answers. */
export function shownSession(session: Session): ShownSession {
  const value = new SessionAnswerDto(session);
  return { value, text: facts(Object.entries(value).map(([name, fact]) => [name, String(fact)])) };
}

export function shownSessions(sessions: readonly Session[]): ShownSession {
  const rows = sessions.map(({ provider, authType, name, status, lastUsedAt, label, id }) => [
    provider,
    authType,
    name,
    status,
    lastUsedAt?.toISOString(),
    label,
    id,
  ]);
  return {
    value: new SessionListDto({ data: sessions }),
    text: table(['provider', 'auth type', 'name', 'status', 'last used', 'label', 'id'], rows),
  };
}
