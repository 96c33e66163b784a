import type { AuthType } from './auth-type.js';

export type Scope = 'chat' | 'sessions:read' | 'sessions:write' | 'usage:read' | 'admin';

export const scopes = ['chat', 'sessions:read', 'sessions:write', 'usage:read', 'admin'] as const satisfies readonly Scope[];

/** What a caller may use. `*` is allowed at the end of `provider` and `name`; no `authType`: both. */
export interface Grant {
  readonly provider: string;
  readonly authType?: AuthType;
  readonly name: string;
}

/** Who holds a Maestro key. Every core operation runs for one. */
export interface Caller {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly grants: readonly Grant[];
  /** By provider, the name or id of the session that a request without one means. Absent: none. */
  readonly defaults?: Readonly<Record<string, string>>;
}
