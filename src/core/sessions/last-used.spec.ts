import { CapturedLog } from '../../../test/support/captured-log.js';
import { InMemorySessionStore } from '../../../test/support/in-memory-session-store.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { Logger } from '@nestjs/common';

import { SessionId } from '../../contracts/session.js';
import { LastUsed } from './last-used.js';

const one = SessionId.of('11111111-1111-4111-8111-111111111111');
const two = SessionId.of('22222222-2222-4222-8222-222222222222');

describe('the last use of sessions', () => {
  const clock = new StillClock();
  let store: InMemorySessionStore;
  let lastUsed: LastUsed;

  beforeEach(() => {
    store = new InMemorySessionStore();
    lastUsed = new LastUsed(store, clock);
  });

  it('is written for many sessions at once', async () => {
    lastUsed.note(one);
    lastUsed.note(two);
    await lastUsed.flush();

    expect(store.touched).toEqual([{ ids: [one, two], at: clock.now() }]);
  });

  it('is written once a minute for a session that is always busy', async () => {
    lastUsed.note(one);
    await lastUsed.flush();
    clock.advance(59_999);
    lastUsed.note(one);
    await lastUsed.flush();
    expect(store.touched).toHaveLength(1);

    clock.advance(1);
    lastUsed.note(one);
    await lastUsed.flush();
    expect(store.touched).toHaveLength(2);
  });

  it('is written by itself soon after', async () => {
    const written = new Promise<readonly SessionId[]>((resolve) => {
      store.touch = async (ids) => {
        resolve(ids);
      };
    });
    lastUsed.note(one);

    // The pause between note and write keeps no process alive; here it must.
    const alive = setInterval(() => undefined, 100);
    await expect(written).resolves.toEqual([one]);
    clearInterval(alive);
  });

  it('is written when the application stops', async () => {
    lastUsed.note(one);
    await lastUsed.onModuleDestroy();

    expect(store.touched).toHaveLength(1);
  });

  it('costs a line in the log where it cannot be written, and no more', async () => {
    const log = new CapturedLog();
    Logger.overrideLogger(log);
    store.touch = () => Promise.reject(new Error('away'));
    lastUsed.note(one);

    await expect(lastUsed.flush()).resolves.toBeUndefined();

    expect(log.lines).toEqual(['warn Sessions: the last use of sessions could not be noted']);
    Logger.overrideLogger(false);
  });
});
