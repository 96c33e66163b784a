import type { AuthType } from '../../contracts/auth-type.js';
import type { ImportTool } from '../../contracts/imports.js';
import type { ProviderId } from '../../contracts/provider-id.js';
import type { Secret } from '../../contracts/secret.js';
import type { Session } from '../../contracts/session.js';

/** A file of another program, as it was read: its text is a secret from the first moment on. */
export interface ImportFile {
  readonly tool: ImportTool;
  /** Shown in the report: the file's name, without its folder. */
  readonly name: string;
  readonly text: Secret;
}

/**
 * What would become of a candidate: `create`, or why not. `name-taken`: a session of this name is there. `same-secret`: a
 * session, or an earlier candidate, holds this very secret. `unsupported`: the provider does not offer this auth type here. `refused`: the
 * provider knows that this cannot be right.
 */
export type ImportVerdict = 'create' | 'name-taken' | 'same-secret' | 'unsupported' | 'refused';

export interface ImportItem {
  readonly tool: ImportTool;
  /** The file, and where in it. */
  readonly origin: string;
  readonly provider: ProviderId;
  readonly authType: AuthType;
  readonly name: string;
  readonly verdict: ImportVerdict;
  /** One line on the verdict where it is not `create`. Never a secret. */
  readonly note?: string;
  /** The tool whose own login may end when Maestro refreshes this one, because refresh tokens serve once. */
  readonly invalidatesLoginOf?: string;
}

/** Something that could not be read. The text says where and why, and quotes nothing. */
export interface ImportTrouble {
  readonly origin: string;
  readonly text: string;
}

/** What an import would do now. Making it writes nothing. */
export interface ImportPlan {
  readonly items: readonly ImportItem[];
  readonly troubles: readonly ImportTrouble[];
}

/** What an import did: each item of the plan that was to be created, with its session or why it did not come to that. */
export interface ImportOutcome extends ImportPlan {
  readonly created: readonly Session[];
}
