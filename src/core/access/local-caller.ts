import type { Caller } from '../../contracts/caller.js';
import { scopes } from '../../contracts/caller.js';

/** Whom an injected facade acts for: the application itself, with every right. */
export const localCaller: Caller = { id: 'local', name: 'local', scopes, grants: [{ provider: '*', name: '*' }] };
