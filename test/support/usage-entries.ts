import fc from 'fast-check';

import type { UsageEntry } from '../../src/core/usage/usage-store.port.js';

export const sessionIds = ['11111111-2222-4333-8444-000000000001', '11111111-2222-4333-8444-000000000002'] as const;

const count = fc.integer({ min: 0, max: 1_000 });
/** Sums of halves are the same in every order. */
const milliseconds = count.map((halves) => halves / 2);

/** Counts as a meter gathers them, in a world that is small enough for them to meet. */
export const entries: fc.Arbitrary<UsageEntry> = fc
  .record({
    hour: fc.integer({ min: 0, max: 50 }).map((hours) => new Date(Date.UTC(2026, 2, 1, hours))),
    caller: fc.constantFrom('c1', 'c2'),
    session: fc.constantFrom(0, 1),
    model: fc.constantFrom('m', 'M', 'mé', ''),
    operation: fc.constantFrom('chat', 'embeddings'),
    outcome: fc.constantFrom('finished', 'left', 'upstream.overloaded', 'upstream.timeout'),
    requests: fc.integer({ min: 1, max: 5 }),
    tokens: fc.record({ input: count, output: count, cacheRead: count, cacheWrite: count, reasoning: count, toolUsePrompt: count }),
    ...{ latencyMs: milliseconds, slowestMs: milliseconds, firstMs: milliseconds, firsts: fc.integer({ min: 0, max: 5 }) },
  })
  .map(({ caller, session, ...entry }) => ({
    ...entry,
    ...{ callerId: caller, callerName: `name_of_${caller}`, authType: 'api_key', provider: session === 0 ? 'alpha' : 'beta' },
    ...{ sessionId: session === 0 ? sessionIds[0] : sessionIds[1], sessionName: `session_${String(session)}` },
  }));
