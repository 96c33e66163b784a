import type { Brand } from './brand.js';
import { MaestroError } from './errors/maestro-error.js';

/**
 * The name a team gave to one of its provider accounts: 3 to 50 of `A-Za-z0-9_-`, not of UUID form (a UUID names a session
 * by its id). Blanks and case are not repaired; two names equal but for case are a conflict.
 */
export type SessionName = Brand<string, 'SessionName'>;

const pattern = /^[A-Za-z0-9_-]{3,50}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function problemOf(text: string): string | undefined {
  if (text !== text.trim()) return 'it starts or ends with a blank';
  if (text.length < 3) return `it has ${String(text.length)} characters, at least 3 are needed`;
  if (text.length > 50) return `it has ${String(text.length)} characters, at most 50 are allowed`;
  if (!pattern.test(text)) return 'only letters A-Z and a-z, digits, underscore and hyphen are allowed';
  if (uuid.test(text)) return 'it has the form of a UUID, which would be read as a session id';
  return undefined;
}

export const SessionName = {
  is(text: string): text is SessionName {
    return problemOf(text) === undefined;
  },
  /** @throws MaestroError `session.name-invalid`, saying which rule was broken */
  parse(text: string): SessionName {
    const problem = problemOf(text);
    if (problem === undefined) return text as SessionName;
    throw new MaestroError('session.name-invalid', { name: text, problem });
  },
};
