import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ChangeFeed } from './change-feed.port.js';
import { TrustedCache } from './trusted-cache.js';

class Times {
  now = 1_000_000;
  monotonic = (): number => this.now;
}

let times: Times;
let sure: number;
let reads: number;
let stored: { readonly says: string } | undefined;
let isAway: boolean;
let cache: TrustedCache<{ readonly says: string }>;
const feed: ChangeFeed = { onChange: () => undefined, sureAt: () => sure };

beforeEach(() => {
  times = new Times();
  sure = -Infinity;
  reads = 0;
  stored = { says: 'first' };
  isAway = false;
  cache = new TrustedCache(times, feed, 3);
});

async function ask(key = 'one'): Promise<string | undefined> {
  const found = await cache.get(key, async () => {
    reads += 1;
    if (isAway) throw new MaestroError('database.unavailable', {});
    return stored;
  });
  return found?.value.says;
}

describe('what is kept of a store', () => {
  it('is trusted for a second where nobody vouches for it', async () => {
    await ask();
    times.now += 1_000;
    await ask();
    expect(reads).toBe(1);
    times.now += 1;
    await ask();
    expect(reads).toBe(2);
  });

  it('is trusted for thirty seconds while the feed vouches that nothing changed, and no longer', async () => {
    await ask();
    for (let second = 0; second < 30; second += 1) {
      times.now += 1_000;
      sure = times.now - 400;
      await ask();
    }
    expect(reads).toBe(1);
    times.now += 1;
    await ask();
    expect(reads).toBe(2);
  });

  it('is trusted for a second more when the feed falls silent', async () => {
    await ask();
    times.now += 5_000;
    sure = times.now;
    times.now += 1_000;
    await ask();
    expect(reads).toBe(1);
    times.now += 1;
    await ask();
    expect(reads).toBe(2);
  });

  it('is read anew once it was dropped, by its key, by what it says, or with everything', async () => {
    for (const drop of [
      () => {
        cache.drop('one');
      },
      () => {
        cache.dropWhere(({ says }) => says === 'first');
      },
      () => {
        cache.clear();
      },
    ]) {
      await ask();
      const before = reads;
      drop();
      await ask();
      expect(reads).toBe(before + 1);
    }
  });

  it('is not kept where it changed while it was being read', async () => {
    let answer: (value: { readonly says: string }) => void = () => undefined;
    const slow = cache.get('one', () => new Promise((resolve) => (answer = resolve)));
    cache.drop('another');
    answer({ says: 'old' });
    await expect(slow).resolves.toMatchObject({ value: { says: 'old' } });
    await expect(ask()).resolves.toBe('first');
    expect(reads).toBe(1);
  });

  it('is not handed to who asks after a change, where the reading began before it', async () => {
    let answer: (value: { readonly says: string }) => void = () => undefined;
    const slow = cache.get('one', () => new Promise((resolve) => (answer = resolve)));
    cache.drop('one');
    const asked = ask();
    answer({ says: 'old' });
    await slow;
    await expect(asked).resolves.toBe('first');
  });

  it('is read once for many who ask at a time', async () => {
    await Promise.all([ask(), ask(), ask()]);
    expect(reads).toBe(1);
  });

  it('stands in for half a minute while the database is away', async () => {
    await ask();
    isAway = true;
    times.now += 30_000;
    await expect(ask()).resolves.toBe('first');
    times.now += 1;
    await expect(ask()).rejects.toMatchObject({ code: 'database.unavailable' });
  });

  it('does not stand in for what was dropped, nor for another failure', async () => {
    await ask();
    isAway = true;
    times.now += 2_000;
    const failed = cache.get('one', async () => {
      throw new MaestroError('internal', {});
    });
    await expect(failed).rejects.toMatchObject({ code: 'internal' });
    cache.drop('one');
    await expect(ask()).rejects.toMatchObject({ code: 'database.unavailable' });
  });

  it('says how long ago it was read', async () => {
    await ask();
    times.now += 700;
    await expect(cache.get('one', async () => stored)).resolves.toEqual({ value: { says: 'first' }, age: 700 });
  });

  it('is never nothing: what was not there is asked for again', async () => {
    stored = undefined;
    await ask();
    await ask();
    expect(reads).toBe(2);
  });

  it('is at most so much, and the oldest goes', async () => {
    for (const key of ['one', 'two', 'three', 'four']) await ask(key);
    await ask('two');
    expect(reads).toBe(4);
    await ask('one');
    expect(reads).toBe(5);
  });

  it('is nothing at all without a feed', async () => {
    cache = new TrustedCache(times, undefined, 3);
    await ask();
    await ask();
    expect(reads).toBe(2);
  });
});
