import type { AuthType } from '../../contracts/auth-type.js';
import type { Caller, Grant, Scope } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';

/** What a grant is about. */
export interface GrantTarget {
  readonly provider: string;
  readonly authType: AuthType;
  readonly name: string;
  /** Absent: only what is granted by name fits. */
  readonly id?: string;
}

/** What was decided, and why. */
export type Decision<G extends Grant = Grant> =
  { readonly isAllowed: true; readonly grant?: G } | { readonly isAllowed: false; readonly reason: 'scope-missing' | 'not-granted' };

/**
 * The one decision: may this caller do what the scope stands for, and with this session? No without a word that says yes.
 * A session that may not be used must look like one that does not exist.
 */
export function mayUse(caller: Caller, scope: Scope, session?: GrantTarget): boolean {
  return decisionOf(caller, scope, session).isAllowed;
}

/** The same with its reason, which is for admins only. */
export function decisionOf<G extends Grant>(
  caller: Pick<Caller, 'scopes'> & { readonly grants: readonly G[] },
  scope: Scope,
  session?: GrantTarget,
): Decision<G> {
  if (!caller.scopes.includes(scope)) return { isAllowed: false, reason: 'scope-missing' };
  if (session === undefined) return { isAllowed: true };
  const grant = caller.grants.find((each) => covers(each, session));
  return grant === undefined ? { isAllowed: false, reason: 'not-granted' } : { isAllowed: true, grant };
}

/** @throws MaestroError `caller.scope-missing` */
export function requireScope(caller: Caller, scope: Scope): void {
  if (!mayUse(caller, scope)) throw new MaestroError('caller.scope-missing', { scope });
}

function covers(grant: Grant, session: GrantTarget): boolean {
  if (grant.sessionId !== undefined) return grant.sessionId === session.id;
  return (
    matches(grant.provider, session.provider) &&
    (grant.authType === undefined || grant.authType === session.authType) &&
    matches(grant.name, session.name)
  );
}

/** `*` counts at the end only; elsewhere it is a character that no name has. */
function matches(pattern: string, text: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
