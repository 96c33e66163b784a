import { StillClock } from '../../../test/support/still-clock.js';
import type { Caller, CallerLimits } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { CallerMeter } from './caller-meter.js';

const clock = new StillClock();
let meter: CallerMeter;
beforeEach(() => {
  meter = new CallerMeter(clock);
});

function limited(limits: CallerLimits, id = 'c1'): Caller {
  return { id, name: 'team', scopes: [], grants: [], limits };
}

/** Milliseconds until trying again makes sense; `undefined`: it was let through. */
function refusal(work: () => unknown): number | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return MaestroError.is(error) ? error.retryAfterMs : Number.NaN;
  }
}

describe('the limit of requests', () => {
  it('fills up again over the minute, and says how long one has to wait', () => {
    const caller = limited({ requestsPerMinute: 60 });
    const count = (): number | undefined =>
      refusal(() => {
        meter.count(caller);
      });
    for (let request = 0; request < 60; request += 1) expect(count()).toBeUndefined();

    expect(count()).toBe(1_000);
    clock.advance(400);
    expect(count()).toBe(600);
    clock.advance(600);
    expect(count()).toBeUndefined();
    expect(count()).toBe(1_000);
    clock.advance(3_600_000);
    for (let request = 0; request < 60; request += 1) expect(count()).toBeUndefined();
    expect(count()).toBe(1_000);
  });

  it('is each caller’s own, and none where there is none', () => {
    const one = limited({ requestsPerMinute: 1 });
    meter.count(one);
    expect(
      refusal(() => {
        meter.count(limited({ requestsPerMinute: 1 }, 'c2'));
      }),
    ).toBeUndefined();
    expect(
      refusal(() => {
        meter.count({ id: 'c1', name: 'team', scopes: [], grants: [] });
      }),
    ).toBeUndefined();
    expect(
      refusal(() => {
        meter.count(one);
      }),
    ).toBe(60_000);
  });
});

describe('the limit of streams', () => {
  it('lets the next one begin when one is over, once', () => {
    const caller = limited({ streams: 2 });
    const first = meter.begin(caller);
    const second = meter.begin(caller);
    expect(refusal(() => meter.begin(caller))).toBe(1_000);
    first();
    first();
    const third = meter.begin(caller);
    expect(refusal(() => meter.begin(caller))).toBe(1_000);
    second();
    third();
    meter.begin(caller);
    meter.begin(caller);
    expect(refusal(() => meter.begin(caller))).toBe(1_000);
  });

  it('is none where there is none', () => {
    const end = meter.begin(limited({}));
    end();
    expect(refusal(() => meter.begin({ id: 'c1', name: 'team', scopes: [], grants: [] }))).toBeUndefined();
  });
});
