import type { UsageDimension, UsageGroup } from '../../src/contracts/usage.js';
import type { KeyedUsage, UsageBatch, UsageEntry, UsageFilter, UsageStore } from '../../src/core/usage/usage-store.port.js';
import { tokenKinds } from '../../src/core/usage/usage-tally.js';

/** Usage in memory: every entry as it came, put together when somebody asks. */
export class InMemoryUsageStore implements UsageStore {
  readonly batches = new Map<string, readonly UsageEntry[]>();
  /** What the next additions throw. */
  readonly failures: Error[] = [];

  get entries(): readonly UsageEntry[] {
    return [...this.batches.values()].flat();
  }

  async add({ id, entries }: UsageBatch): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (!this.batches.has(id)) this.batches.set(id, entries);
  }

  async report(filter: UsageFilter): Promise<readonly KeyedUsage[]> {
    const groups = new Map<string, UsageEntry[]>();
    for (const entry of this.entries.filter((each) => fits(each, filter))) {
      const key = JSON.stringify(filter.by.map((dimension) => keyOf(entry, dimension)));
      groups.set(key, [...(groups.get(key) ?? []), entry]);
    }
    return [...groups]
      .map(([key, entries]) => ({ key: JSON.parse(key) as readonly string[], group: groupOf(entries, filter.by) }))
      .filter(({ key }) => filter.after === undefined || compared(key, filter.after) > 0)
      .sort((one, other) => compared(one.key, other.key))
      .slice(0, filter.limit);
  }

  async purge(before: Date, most: number): Promise<number> {
    const old = this.entries.filter(({ hour }) => hour < before).slice(0, most);
    for (const [id, entries] of this.batches)
      this.batches.set(
        id,
        entries.filter((entry) => !old.includes(entry)),
      );
    return old.length;
  }
}

function fits(entry: UsageEntry, { from, to, callerId, caller, session, provider, model }: UsageFilter): boolean {
  const is = (wanted: string | undefined, ...values: readonly string[]): boolean => wanted === undefined || values.includes(wanted);
  return (
    entry.hour >= from &&
    entry.hour < to &&
    is(callerId, entry.callerId) &&
    is(caller, entry.callerId, entry.callerName) &&
    is(session, entry.sessionId, entry.sessionName) &&
    is(provider, entry.provider) &&
    is(model, entry.model)
  );
}

function keyOf(entry: UsageEntry, dimension: UsageDimension): string {
  if (dimension === 'day') return entry.hour.toISOString().slice(0, 10);
  if (dimension === 'hour') return entry.hour.toISOString().replace('.000', '');
  return { ...entry, caller: entry.callerId, session: entry.sessionId }[dimension];
}

function groupOf(entries: readonly UsageEntry[], by: readonly UsageDimension[]): UsageGroup {
  const [last] = [...entries].sort((one, other) => other.hour.getTime() - one.hour.getTime());
  if (last === undefined) throw new Error('a group without an entry');
  const { callerId, callerName, sessionId, sessionName, provider, authType } = last;
  const sum = (of: (entry: UsageEntry) => number): number => entries.reduce((total, entry) => total + of(entry), 0);
  const requests = sum((entry) => entry.requests);
  const errors: Record<string, number> = {};
  for (const entry of entries) {
    if (!['finished', 'left'].includes(entry.outcome)) errors[entry.outcome] = (errors[entry.outcome] ?? 0) + entry.requests;
  }
  const identities: Partial<Record<UsageDimension, object>> = {
    caller: { id: callerId, name: callerName },
    session: { id: sessionId, provider, authType, name: sessionName },
  };
  const shown = by.map((dimension) => [dimension, identities[dimension] ?? keyOf(last, dimension)] as const);
  const firsts = sum((entry) => entry.firsts);
  return {
    ...Object.fromEntries(shown),
    requests,
    left: sum((entry) => (entry.outcome === 'left' ? entry.requests : 0)),
    errors,
    tokens: Object.fromEntries(tokenKinds.map((kind) => [kind, sum((entry) => entry.tokens[kind])])) as UsageGroup['tokens'],
    latency: {
      meanMs: sum((entry) => entry.latencyMs) / requests,
      slowestMs: Math.max(...entries.map((entry) => entry.slowestMs)),
      ...(firsts > 0 && { meanFirstMs: sum((entry) => entry.firstMs) / firsts }),
    },
  };
}

function compared(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  if (at === -1) return 0;
  return Buffer.compare(Buffer.from(one[at] ?? ''), Buffer.from(other[at] ?? ''));
}
