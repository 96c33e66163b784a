import type { AuthType } from '../../contracts/auth-type.js';
import type { UsageDimension, UsageGroup, UsageTokens } from '../../contracts/usage.js';

/** What was counted of one kind of request within an hour. */
export interface UsageEntry {
  /** When the hour began in which the answers ended. */
  readonly hour: Date;
  readonly callerId: string;
  readonly callerName: string;
  readonly sessionId: string;
  readonly sessionName: string;
  readonly provider: string;
  readonly authType: AuthType;
  readonly model: string;
  readonly operation: string;
  readonly outcome: string;
  readonly requests: number;
  readonly tokens: UsageTokens;
  /** Milliseconds, all together. */
  readonly latencyMs: number;
  readonly slowestMs: number;
  /** Milliseconds until the first piece of content, all together, and of how many answers. */
  readonly firstMs: number;
  readonly firsts: number;
}

/** What is written at once. */
export interface UsageBatch {
  readonly id: string;
  readonly entries: readonly UsageEntry[];
}

export interface UsageFilter {
  readonly by: readonly UsageDimension[];
  /** The beginnings of hours: with the first, without the last. */
  readonly from: Date;
  readonly to: Date;
  /** Of this caller alone. */
  readonly callerId?: string;
  /** Ids, or names of now or then. */
  readonly caller?: string;
  readonly session?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly limit: number;
  /** Only groups after this one. */
  readonly after?: readonly string[];
}

/** A group, and what it stands in order by: a text for each dimension asked for. */
export interface KeyedUsage {
  readonly key: readonly string[];
  readonly group: UsageGroup;
}

/** What was used, summed up by the hour. */
export interface UsageStore {
  /** Adds what was counted to what is there. A batch that was added before, whoever was told so, is not added again. */
  add(batch: UsageBatch): Promise<void>;
  /** In the order of the keys, by code point. */
  report(filter: UsageFilter): Promise<readonly KeyedUsage[]>;
  /** Forgets hours from before, at most so many; says how many. */
  purge(before: Date, most: number): Promise<number>;
}

export const UsageStore = Symbol.for('maestro/usage-store');
