import type { DataSource } from 'typeorm';

import type { AuthType } from '../../contracts/auth-type.js';
import type { UsageDimension, UsageGroup, UsageTokens } from '../../contracts/usage.js';
import type { KeyedUsage, UsageBatch, UsageEntry, UsageFilter, UsageStore } from '../../core/usage/usage-store.port.js';
import { run } from '../statements.js';
import { addBatch, purgeBatches, purgeHours, reportBy } from './usage-statements.js';

interface ReportRow extends UsageTokens {
  readonly key: readonly string[];
  readonly callerName: string;
  readonly sessionName: string;
  readonly provider: string;
  readonly authType: string;
  readonly requests: number;
  readonly left: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly latencyMs: number;
  readonly slowestMs: number;
  readonly firstMs: number;
  readonly firsts: number;
}

/** Usage in PostgreSQL. */
export class TypeOrmUsageStore implements UsageStore {
  constructor(private readonly dataSource: DataSource) {}

  async add({ id, entries }: UsageBatch): Promise<void> {
    await run(this.dataSource, addBatch, [id, JSON.stringify(entries.map(rowFrom))]);
  }

  async report({ by, from, to, callerId, caller, session, provider, model, limit, after }: UsageFilter): Promise<readonly KeyedUsage[]> {
    const values = [from, to, callerId, caller, session, provider, model, limit, after];
    const rows = await run<ReportRow>(this.dataSource, reportBy(by), values);
    return rows.map((row) => ({ key: row.key, group: groupFrom(row, by) }));
  }

  async purge(before: Date, most: number): Promise<number> {
    await run(this.dataSource, purgeBatches, []);
    return (await run(this.dataSource, purgeHours, [before, most])).length;
  }
}

function rowFrom(entry: UsageEntry): object {
  const { hour, callerId, callerName, sessionId, sessionName, provider, authType, model, operation, outcome, requests, tokens } = entry;
  return {
    ...{ hour, provider, model, operation, outcome, requests, firsts: entry.firsts },
    ...{ caller_id: callerId, caller_name: callerName, session_id: sessionId, session_name: sessionName, auth_type: authType },
    ...{ input_tokens: tokens.input, output_tokens: tokens.output, reasoning_tokens: tokens.reasoning },
    ...{ cache_read_tokens: tokens.cacheRead, cache_write_tokens: tokens.cacheWrite, tool_use_prompt_tokens: tokens.toolUsePrompt },
    ...{ latency_ms: entry.latencyMs, slowest_ms: entry.slowestMs, first_ms: entry.firstMs },
  };
}

function groupFrom(row: ReportRow, by: readonly UsageDimension[]): UsageGroup {
  const { requests, left, errors, input, output, cacheRead, cacheWrite, reasoning, toolUsePrompt } = row;
  return {
    ...Object.fromEntries(by.map((dimension, index) => [dimension, identityIn(row, dimension, row.key[index] ?? '')])),
    ...{ requests, left, errors },
    tokens: { input, output, cacheRead, cacheWrite, reasoning, toolUsePrompt },
    latency: {
      meanMs: row.latencyMs / requests,
      slowestMs: row.slowestMs,
      ...(row.firsts > 0 && { meanFirstMs: row.firstMs / row.firsts }),
    },
  };
}

function identityIn({ callerName, sessionName, provider, authType }: ReportRow, dimension: UsageDimension, key: string): unknown {
  if (dimension === 'caller') return { id: key, name: callerName };
  // Values were checked before they were stored.
  if (dimension === 'session') return { id: key, provider, authType: authType as AuthType, name: sessionName };
  return key;
}
