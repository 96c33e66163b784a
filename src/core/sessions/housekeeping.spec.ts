import { setTimeout as pause } from 'node:timers/promises';

import { anApiKey } from '../../../test/support/a-session.js';
import { InMemoryPersistenceModule } from '../../../test/support/in-memory-persistence.module.js';
import { InMemorySessionStore } from '../../../test/support/in-memory-session-store.js';
import type { InMemoryUsageStore } from '../../../test/support/in-memory-usage-store.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import { SessionId } from '../../contracts/session.js';
import { UsageMeter } from '../usage/usage-meter.js';
import { UsageStore } from '../usage/usage-store.port.js';
import { Housekeeping } from './housekeeping.js';

const day = 86_400_000;

describe('housekeeping', () => {
  const clock = new StillClock();
  let store: InMemorySessionStore;
  let running: RunningMaestro;
  let housekeeping: Housekeeping;
  beforeEach(async () => {
    store = new InMemorySessionStore(() => clock.now());
    running = await startMaestro({ clock, persistence: InMemoryPersistenceModule.of(store), providers: [wholeProvider()] });
    housekeeping = running.application.get(Housekeeping, { strict: false });
  });
  afterEach(() => running.close());

  const bury = (count: number, daysAgo: number): void => {
    for (let index = 0; index < count; index += 1) {
      const id = SessionId.of(`tombstone-${String(daysAgo)}-${String(index)}`);
      store.tombstones.set(id, new Date(clock.now().getTime() - daysAgo * day));
    }
  };

  it('forgets tombstones after thirty days, in as many batches as it takes, and writes each down', async () => {
    bury(1_001, 31);
    bury(3, 29);

    await expect(housekeeping.run()).resolves.toEqual({ purged: 1_001, fingerprinted: 0, revoked: 0 });

    expect(store.tombstones.size).toBe(3);
    expect(store.audit.events.filter(({ action, actor }) => action === 'session.purge' && actor === 'system')).toHaveLength(1_001);
    await expect(housekeeping.run()).resolves.toEqual({ purged: 0, fingerprinted: 0, revoked: 0 });
  });

  it('forgets usage that is older than it is kept for', async () => {
    const usage = running.application.get<unknown, InMemoryUsageStore>(UsageStore, { strict: false });
    await running.maestro.createSession('whole', 'api_key', { name: 'work', credentials: anApiKey() });
    for (const days of [0, 399, 2]) {
      clock.advance(days * day);
      await running.maestro.completeChat('whole', 'work', [{ role: 'user', content: 'Hello' }], { model: 'm' });
      await running.application.get(UsageMeter, { strict: false }).flush();
    }
    await housekeeping.run();

    expect(usage.entries).toHaveLength(2);
  });

  it('gives fingerprints to sessions from before there were any, past those that cannot be opened', async () => {
    for (const name of ['one', 'two', 'three']) {
      await running.sessions.create({ provider: 'whole', authType: 'api_key', name, credentials: anApiKey(`whole-key-of-${name}-0123`) });
    }
    store.fingerprints.clear();
    const [bad] = store.rows.values();
    if (bad !== undefined) store.put({ ...bad, secret: { ...bad.secret, keyId: 'gone' } });

    await expect(housekeeping.run()).resolves.toEqual({ purged: 0, fingerprinted: 2, revoked: 0 });

    expect(store.fingerprints.size).toBe(2);
    await expect(
      running.sessions.create({ provider: 'whole', authType: 'api_key', name: 'more', credentials: anApiKey('whole-key-of-two-0123') }),
    ).resolves.toMatchObject({ duplicates: [expect.any(String)] });
  });

  it('stops at what is no matter of one session', async () => {
    await running.sessions.create({ provider: 'whole', authType: 'api_key', name: 'one', credentials: anApiKey() });
    store.fingerprints.clear();
    store.setFingerprint = () => Promise.reject(new Error('disk'));

    await expect(housekeeping.run()).rejects.toThrow('disk');
  });

  it('notes the end of the trail in the log', async () => {
    store.audit.write({ actor: 'c1', action: 'session.create', target: 's1' });

    await housekeeping.run();

    expect(running.log.from('Housekeeping')).toEqual([expect.stringMatching(/audit trail: 1 events, ending in [0-9a-f]{64}$/)]);
  });

  describe('by itself', () => {
    beforeEach(() => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    it('comes a minute after the start and every hour, also after a round that failed', async () => {
      bury(1, 31);
      const purge = store.purgeTombstones.bind(store);
      const rounds: string[] = [];
      store.purgeTombstones = (before, limit) => {
        rounds.push('round');
        return rounds.length === 1 ? Promise.reject(new Error('away')) : purge(before, limit);
      };
      housekeeping.onApplicationBootstrap();

      await jest.advanceTimersByTimeAsync(60_000);
      expect(rounds).toHaveLength(1);
      expect(running.log.from('Housekeeping')).toEqual([expect.stringContaining('did not come to its end')]);
      await jest.advanceTimersByTimeAsync(3_600_000);

      expect(rounds).toHaveLength(2);
      expect(store.tombstones.size).toBe(0);
      await housekeeping.onModuleDestroy();
      await jest.advanceTimersByTimeAsync(7_200_000);
      expect(rounds).toHaveLength(2);
    });
  });

  it('leaves a round at the next step where the process ends', async () => {
    bury(1_200, 31);
    const round = housekeeping.run();
    await housekeeping.onModuleDestroy();
    await round;
    await pause(0);

    expect(store.tombstones.size).toBe(700);
  });
});
