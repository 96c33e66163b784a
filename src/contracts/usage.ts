import type { AuthType } from './auth-type.js';
import type { Usage } from './stream-event.js';

/** By what requests can be told apart. Hours and days are of UTC. */
export const usageDimensions = ['day', 'hour', 'caller', 'session', 'provider', 'model', 'operation', 'outcome'] as const;

export type UsageDimension = (typeof usageDimensions)[number];

/** What is asked of the usage. */
export interface UsageQuery {
  /** Default: 30 days before `to`. */
  readonly from?: Date;
  /** Default: now. */
  readonly to?: Date;
  /** `UsageDimension`s, or `total` alone for one sum of all; default: `provider` and `model`. */
  readonly by?: readonly string[];
  /** A caller's id or name. Of others than oneself: for admins. */
  readonly caller?: string;
  /** A session's id or name. */
  readonly session?: string;
  readonly provider?: string;
  readonly model?: string;
  /** Groups, 1 to 200; default 100. */
  readonly limit?: number;
  /** `nextCursor` of the page before, for the same question. */
  readonly cursor?: string;
}

/** Tokens by kind, as in `Usage`; what a provider did not tell counts as none. */
export type UsageTokens = Required<Usage>;

export interface UsageLatency {
  /** Milliseconds from asking the provider to the end of its answer; retries and their pauses count in. */
  readonly meanMs: number;
  readonly slowestMs: number;
  /** Milliseconds until the first piece of content, of the answers that had one; absent: none had. */
  readonly meanFirstMs?: number;
}

/** Requests that are alike in every dimension that was asked for; the other dimensions are absent. */
export interface UsageGroup {
  /** Of UTC, as `2026-11-23`. */
  readonly day?: string;
  /** When it begins, as `2026-11-23T01:00:00Z`. */
  readonly hour?: string;
  /** The name is the one of now; of who is gone, the last one. */
  readonly caller?: { readonly id: string; readonly name: string };
  readonly session?: { readonly id: string; readonly provider: string; readonly authType: AuthType; readonly name: string };
  readonly provider?: string;
  /** As it was asked for; `(other)` where a caller asked for too many names, or for one that is none. Empty: about no model. */
  readonly model?: string;
  readonly operation?: string;
  /** `finished`, `left` (the reader went away), or the code of the error. */
  readonly outcome?: string;
  readonly requests: number;
  /** How many of them ended because their reader left. */
  readonly left: number;
  /** How many of them failed, by the code of the error. */
  readonly errors: Readonly<Record<string, number>>;
  readonly tokens: UsageTokens;
  readonly latency: UsageLatency;
}

/** Whole hours: the one in which `from` lies, up to and with the one in which `to` lies. */
export interface UsageReport {
  readonly from: Date;
  readonly to: Date;
  readonly data: readonly UsageGroup[];
  /** Absent on the last page. */
  readonly nextCursor?: string;
}
