import type { Session } from '../../../contracts/session.js';
import { facts, table } from '../table.js';

/** The same session for programs and for people. */
export interface ShownSession {
  readonly value: object;
  readonly text: string;
}

/**
 * The same facts, in the same words, as every other transport answers. With those answers comes the description of the API,
 * which takes long to load: it is loaded when there is something to show.
 */
export async function shownSession(session: Session): Promise<ShownSession> {
  const { SessionAnswerDto } = await import('../../requests/session-answer.dto.js');
  const value = new SessionAnswerDto(session);
  return { value, text: facts(Object.entries(value).map(([name, fact]) => [name, String(fact)])) };
}

export async function shownSessions(sessions: readonly Session[]): Promise<ShownSession> {
  const { SessionListDto } = await import('../../requests/session-answer.dto.js');
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
