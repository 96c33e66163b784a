import { Logger } from '@nestjs/common';

import { aSessionRecord } from '../../../test/support/a-session.js';
import { CapturedLog } from '../../../test/support/captured-log.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { until } from '../../../test/support/until.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Clock } from '../../contracts/clock.js';
import { systemClock } from '../../contracts/clock.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { RefreshAheadOptions } from '../core-options.js';
import { CallRate } from './call-rate.js';
import { RefreshAhead } from './refresh-ahead.js';
import type { DueRequest, RefreshClaim } from './refresh-store.port.js';

function claimOf(provider: string): RefreshClaim {
  return { record: aSessionRecord({ provider: ProviderId.parse(provider), authType: 'oauth' }), attemptId: 'a', epoch: 1, failures: 0 };
}

/** What is due, what runs, and what was asked; refreshes end when they are told to. */
class Scene {
  readonly asked: DueRequest[] = [];
  readonly begun: string[] = [];
  readonly ending: { readonly provider: string; end(): void }[] = [];
  readonly breaker: { resting: readonly ProviderId[] } = { resting: [] };
  isAway = false;
  readonly ahead: RefreshAhead;

  constructor(
    readonly due: RefreshClaim[],
    refreshAhead: RefreshAheadOptions | 'off' = { pollMs: 5, perSecond: Infinity },
    clock: Clock = systemClock,
  ) {
    const refresh = {
      lease: { owner: 'here', leaseMs: 10_000 },
      runClaimed: ({ record: { provider } }: RefreshClaim): Promise<void> => {
        this.begun.push(provider);
        return new Promise((end) => this.ending.push({ provider, end }));
      },
    };
    const store = {
      claimDue: async (request: DueRequest): Promise<readonly RefreshClaim[]> => {
        this.asked.push(request);
        if (this.isAway) throw new MaestroError('database.unavailable', {});
        const index = this.due.findIndex(({ record }) => request.excluding?.includes(record.provider) !== true);
        return index < 0 ? [] : this.due.splice(index, request.limit);
      },
    };
    this.ahead = new RefreshAhead(store, refresh, this.breaker, clock, refreshAhead === 'off' ? {} : { refreshAhead });
  }

  start(): void {
    this.ahead.onApplicationBootstrap();
  }

  /** Until it has looked so often again. */
  async looks(times = 3): Promise<void> {
    const { length } = this.asked;
    await until(() => this.asked.length >= length + times);
  }
}

function times<Item>(count: number, make: () => Item): Item[] {
  return Array.from({ length: count }, make);
}

describe('refreshing ahead', () => {
  const log = new CapturedLog();
  let scene: Scene;
  const started = (...made: ConstructorParameters<typeof Scene>): Scene => {
    scene = new Scene(...made);
    scene.start();
    return scene;
  };
  beforeEach(() => {
    log.lines.splice(0);
    Logger.overrideLogger(log);
  });
  afterEach(async () => {
    await scene.ahead.onModuleDestroy();
    Logger.overrideLogger(false);
  });

  it('does nothing where nobody asked for it', async () => {
    started([claimOf('one')], 'off');
    await scene.ahead.stop();

    expect(scene.asked).toEqual([]);
  });

  it('claims what is due with the lease of this process, and looks again until something is', async () => {
    const { due } = started([]);
    await scene.looks();
    due.push(claimOf('one'));

    await until(() => scene.begun.length === 1);

    expect(scene.asked[0]).toEqual({ owner: 'here', leaseMs: 10_000, limit: 1, excluding: [] });
  });

  it('gives a provider two at a time, and the others what is left of eight', async () => {
    started([...times(20, () => claimOf('one')), ...['two', 'three', 'four', 'five', 'six'].flatMap((id) => times(3, () => claimOf(id)))]);
    await until(() => scene.begun.length === 8);
    await scene.ahead.stop();

    expect(scene.begun).toEqual(['one', 'one', 'two', 'two', 'three', 'three', 'four', 'four']);
  });

  it('goes on at once when one ends', async () => {
    started(
      times(3, () => claimOf('one')),
      { pollMs: 60_000, perSecond: Infinity },
    );
    await until(() => scene.begun.length === 2);

    scene.ending[0]?.end();

    await until(() => scene.begun.length === 3);
  });

  it('begins no more in a second than it may, and does not look through what waits meanwhile', async () => {
    const clock = new StillClock();
    started(
      times(9, () => claimOf('one')),
      { pollMs: 5_000, perProvider: 8, perSecond: 2 },
      clock,
    );
    await until(() => scene.asked.length === 2);
    scene.ending[0]?.end();
    clock.advance(499);
    await new Promise((resolve) => setImmediate(resolve));
    expect(scene.begun).toHaveLength(1);

    clock.advance(1);
    await until(() => scene.begun.length === 2);

    expect(scene.asked.map(({ excluding }) => excluding)).toEqual([[], ['one'], []]);
  });

  it('leaves the sessions of a provider alone whose token endpoint fails everybody', async () => {
    scene = new Scene([claimOf('one'), claimOf('two')]);
    scene.breaker.resting = [ProviderId.parse('one')];
    scene.start();
    await until(() => scene.begun.length === 1);
    await scene.looks();
    expect(scene.begun).toEqual(['two']);

    scene.breaker.resting = [];

    await until(() => scene.begun.length === 2);
  });

  it('says once that the database is away, and goes on when it is back', async () => {
    scene = new Scene([claimOf('one')], { pollMs: 1, perSecond: Infinity });
    scene.isAway = true;
    scene.start();
    await scene.looks(5);
    scene.isAway = false;

    await until(() => scene.begun.length === 1);

    expect(log.from('RefreshAhead')).toEqual([expect.stringContaining('could not be looked for')]);
  });

  it('claims nothing more once it is stopped, not even while it waits', async () => {
    const { due, ahead } = started([], { pollMs: 60_000 });
    await until(() => scene.asked.length === 1);

    await ahead.stop();
    due.push(claimOf('one'));

    expect(scene.asked).toHaveLength(1);
    expect(scene.begun).toEqual([]);
  });
});

describe('a rate', () => {
  it('lets each begin when its time has come, and saves nothing up', () => {
    const clock = new StillClock();
    const rate = new CallRate<string>(2, () => clock.monotonic());

    rate.take('one');
    expect(rate.waitOf('one')).toBe(500);
    expect(rate.waitOf('two')).toBe(0);
    clock.advance(10_000);
    expect(rate.waitOf('one')).toBe(0);
    rate.take('one');

    expect(rate.waitOf('one')).toBe(500);
    expect(rate.keys).toEqual(['one']);
  });

  it('makes up for no beginning that was late', () => {
    const clock = new StillClock();
    const rate = new CallRate<string>(10, () => clock.monotonic());

    rate.take('one');
    clock.advance(130);
    rate.take('one');

    expect(rate.waitOf('one')).toBe(100);
  });
});
