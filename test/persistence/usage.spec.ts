import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { Logger } from '@nestjs/common';
import fc from 'fast-check';

import { systemClock } from '../../src/contracts/clock.js';
import { usageDimensions } from '../../src/contracts/usage.js';
import { localCaller } from '../../src/core/access/local-caller.js';
import { UsageMeter } from '../../src/core/usage/usage-meter.js';
import type { KeyedUsage, UsageEntry, UsageFilter } from '../../src/core/usage/usage-store.port.js';
import { createDataSource } from '../../src/persistence/create-data-source.js';
import { TypeOrmUsageStore } from '../../src/persistence/usage/typeorm-usage-store.js';
import { aSessionRecord } from '../support/a-session.js';
import { CapturedLog } from '../support/captured-log.js';
import { InMemoryUsageStore } from '../support/in-memory-usage-store.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { severedDatabase } from '../support/severed-database.js';
import { entries, sessionIds } from '../support/usage-entries.js';

let database: TestDatabase;
let store: TypeOrmUsageStore;
beforeAll(async () => {
  database = await freshDatabase();
  store = new TypeOrmUsageStore(database.dataSource);
});
beforeEach(() => database.dataSource.query('truncate usage_hours, usage_batches'));
afterAll(() => database.close());

const everything: UsageFilter = { by: [], from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z'), limit: 1_000 };

function anEntry(special: Partial<UsageEntry> = {}): UsageEntry {
  const tokens = { input: 10, output: 20, cacheRead: 3, cacheWrite: 4, reasoning: 5, toolUsePrompt: 6 };
  return {
    ...{ hour: new Date('2026-03-01T10:00:00Z'), callerId: 'c1', callerName: 'team', sessionId: sessionIds[0], sessionName: 'work' },
    ...{ provider: 'alpha', authType: 'api_key', model: 'm', operation: 'chat', outcome: 'finished', requests: 1, tokens },
    ...{ latencyMs: 100, slowestMs: 100, firstMs: 40, firsts: 1 },
    ...special,
  };
}

describe('usage in the database', () => {
  it('is summed up as a plain reference sums it up, whatever is asked for', async () => {
    const filters = fc
      .record({
        by: fc.subarray([...usageDimensions]),
        hours: fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 51 })),
        narrowed: fc.record(
          {
            callerId: fc.constantFrom('c1', 'c2', 'c3'),
            caller: fc.constantFrom('c1', 'name_of_c2'),
            session: fc.constantFrom(sessionIds[0], 'session_1'),
            provider: fc.constantFrom('alpha', 'beta'),
            model: fc.constantFrom('m', 'mé', ''),
          },
          { requiredKeys: [] },
        ),
        limit: fc.integer({ min: 3, max: 60 }),
      })
      .map(({ by, hours: [from, more], narrowed, limit }) => ({
        ...{ by, limit, ...narrowed },
        ...{ from: new Date(Date.UTC(2026, 2, 1, from)), to: new Date(Date.UTC(2026, 2, 1, from + more)) },
      }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(entries, { maxLength: 30 }), { maxLength: 3 }),
        fc.array(filters, { minLength: 4, maxLength: 8 }),
        async (batches, asked) => {
          await database.dataSource.query('truncate usage_hours');
          const reference = new InMemoryUsageStore();
          for (const batch of batches.map((each) => ({ id: randomUUID(), entries: oneOfEach(each) }))) {
            await store.add(batch);
            await reference.add(batch);
          }
          for (const filter of asked) expect(await pagesOf(store, filter)).toEqual(await pagesOf(reference, filter));
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);

  it('counts a batch once, however often it is written', async () => {
    const batch = { id: randomUUID(), entries: [anEntry()] };
    await Promise.all([store.add(batch), store.add(batch)]);
    await store.add(batch);
    await store.add({ id: randomUUID(), entries: [anEntry({ latencyMs: 300, slowestMs: 250, requests: 3 })] });

    expect(await store.report(everything)).toEqual([
      {
        key: [],
        group: {
          ...{ requests: 4, left: 0, errors: {} },
          tokens: { input: 20, output: 40, cacheRead: 6, cacheWrite: 8, reasoning: 10, toolUsePrompt: 12 },
          latency: { meanMs: 100, slowestMs: 250, meanFirstMs: 40 },
        },
      },
    ]);
    expect(await database.dataSource.query('select count(*)::int as rows from usage_hours')).toEqual([{ rows: 1 }]);
  });

  it('is written by many at once without a loss, in whatever order they come', async () => {
    const models = Array.from({ length: 40 }, (_, index) => `m${String(index)}`);
    const batches = Array.from({ length: 20 }, (_, index) => ({
      id: randomUUID(),
      entries: (index % 2 === 0 ? models : [...models].reverse()).map((model) => anEntry({ model })),
    }));
    await Promise.all(batches.map((batch) => store.add(batch)));

    const told = await store.report({ ...everything, by: ['model'] });
    expect(told.map(({ group }) => group.requests)).toEqual(models.map(() => 20));
  });

  it('tells names of now, and the last ones of who is gone', async () => {
    const [{ id }] = await database.dataSource.query<[{ readonly id: string }]>(
      `insert into callers (id, name, scopes, provider, auth_type, pepper, key_id, secret_version, key_hash, created_at)
       values (gen_random_uuid(), 'team_now', '{chat}', 'maestro', 'api_key', '', 'k1', 1, '', now()) returning id`,
    );
    await store.add({ id: randomUUID(), entries: [anEntry({ callerId: id, callerName: 'team_then' }), anEntry({ callerId: 'gone' })] });
    await store.add({ id: randomUUID(), entries: [anEntry({ callerId: 'gone', callerName: 'renamed', sessionName: 'later' })] });

    const told = await store.report({ ...everything, by: ['caller', 'session'] });
    expect(told.map(({ group }) => [group.caller?.name, group.session?.name, group.requests]).sort()).toEqual([
      ['renamed', 'later', 2],
      ['team_now', 'work', 1],
    ]);
    for (const caller of [id, 'team_now', 'team_then']) expect(await store.report({ ...everything, caller })).toHaveLength(1);
    await database.dataSource.query('delete from callers');
  });

  it('forgets hours that are old enough, so many at a time', async () => {
    const hours = [1, 2, 3, 4].map((hour) => anEntry({ hour: new Date(Date.UTC(2026, 2, 1, hour)) }));
    await store.add({ id: randomUUID(), entries: hours });
    const before = new Date(Date.UTC(2026, 2, 1, 4));

    expect([await store.purge(before, 2), await store.purge(before, 2), await store.purge(before, 2)]).toEqual([2, 1, 0]);
    expect(await store.report({ ...everything, by: ['hour'] })).toMatchObject([{ key: ['2026-03-01T04:00:00Z'] }]);
  });
});

describe('usage while the database comes and goes', () => {
  it('is counted once each, however the connections break', async () => {
    const way = await severedDatabase(database.url);
    const dataSource = await createDataSource({ url: way.url });
    await dataSource.initialize();
    const meter = new UsageMeter(new TypeOrmUsageStore(dataSource), systemClock);
    Logger.overrideLogger(new CapturedLog());
    let counted = 0;
    const count = (): void => {
      counted += 1;
      const chat = { streamId: randomUUID(), operation: 'chat', caller: localCaller, session: aSessionRecord(), model: 'm' } as const;
      meter.observerOf(chat).end?.({ kind: 'finished' });
    };

    for (let round = 0; round < 6; round += 1) {
      for (let index = 0; index < 20; index += 1) count();
      const writing = meter.flush();
      // Before, in the middle of, or after the statement.
      await pause(round);
      await way.cut();
      count();
      await Promise.all([writing, meter.flush()]);
      await way.mend();
    }
    await meter.close();

    expect((await store.report({ ...everything, to: new Date('2100-01-01T00:00:00Z') }))[0]?.group.requests).toBe(counted);
    Logger.overrideLogger(false);
    await dataSource.destroy();
    await way.close();
  }, 60_000);
});

/** As a meter has them: one entry of a kind. */
function oneOfEach(all: readonly UsageEntry[]): readonly UsageEntry[] {
  const kinds = all.map((entry) => [kindOf(entry), entry] as const);
  return [...new Map(kinds).values()];
}

function kindOf({ hour, callerId, sessionId, model, operation, outcome }: UsageEntry): string {
  return [hour.toISOString(), callerId, sessionId, model, operation, outcome].join(' ');
}

async function pagesOf(of: Pick<TypeOrmUsageStore, 'report'>, filter: UsageFilter): Promise<readonly KeyedUsage[]> {
  const all: KeyedUsage[] = [];
  for (;;) {
    const last = all.at(-1);
    const page = await of.report({ ...filter, ...(last !== undefined && { after: last.key }) });
    all.push(...page);
    if (page.length < filter.limit || filter.by.length === 0) return all;
  }
}
