import { Logger } from '@nestjs/common';

import { aSessionRecord } from '../../../test/support/a-session.js';
import { CapturedLog } from '../../../test/support/captured-log.js';
import { InMemorySpool } from '../../../test/support/in-memory-refresh-store.js';
import { InMemorySecretBox } from '../../../test/support/in-memory-secret-box.js';
import { StillClock } from '../../../test/support/still-clock.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { RefreshResults } from './refresh-results.js';
import type { SpooledResult } from './refresh-spool.port.js';
import type { CommitOutcome, RefreshStore } from './refresh-store.port.js';
import { usualTimes } from './refresh-times.js';

const record = aSessionRecord({ authType: 'oauth' });
const result: SpooledResult = {
  ...{ attemptId: 'attempt', sessionId: record.id, provider: record.provider, epoch: 1, fromVersion: record.secretVersion },
  ...{ secret: { bytes: Buffer.from('sealed'), keyId: 'k1' }, fingerprint: 'k1:f' },
  ...{ issuedAt: new Date('2026-03-01T10:00:00Z'), nextRefreshAt: new Date('2026-03-01T10:40:00Z') },
};
const away = new MaestroError('database.unavailable', {});

class Scene {
  readonly clock = new StillClock();
  readonly spool = new InMemorySpool();
  readonly answers: (() => CommitOutcome)[] = [];
  readonly results: RefreshResults;

  constructor() {
    const commit = async (): Promise<CommitOutcome> => {
      const answer = this.answers.shift();
      if (answer === undefined) throw away;
      return answer();
    };
    const sleep = async (milliseconds: number): Promise<void> => {
      this.clock.advance(milliseconds);
    };
    const times = { ...usualTimes, sleep };
    const store = { commit } as unknown as RefreshStore;
    this.results = new RefreshResults(
      store,
      this.spool,
      { add: jest.fn(), take: jest.fn(), remove: jest.fn() },
      new InMemorySecretBox(),
      this.clock,
      times,
    );
  }
}

describe('bringing a result to where it lasts', () => {
  const log = new CapturedLog();
  beforeEach(() => {
    log.lines.splice(0);
    Logger.overrideLogger(log);
  });
  afterEach(() => {
    Logger.overrideLogger(false);
  });

  it('is done where it is stored, though it cannot be taken out of the spool', async () => {
    const scene = new Scene();
    const fail = (): never => {
      throw away;
    };
    scene.answers.push(fail, () => ({ outcome: 'stored', record }));
    jest.spyOn(scene.spool, 'remove').mockRejectedValue(new Error('read-only'));

    await expect(scene.results.save(result)).resolves.toEqual({ outcome: 'stored', record });

    expect(log.from('Refresh')).toContainEqual(expect.stringContaining('could not be taken out of the spool'));
  });

  it('goes on where the spool cannot be read, and says so', async () => {
    const scene = new Scene();
    jest.spyOn(scene.spool, 'list').mockRejectedValue(new Error('no folder'));

    expect(await scene.results.replay()).toBe(0);
    expect(log.from('Refresh')).toEqual([expect.stringContaining('cannot be read')]);
  });

  it('ends with a process that has waited as long as it may, and says what is lost', async () => {
    const scene = new Scene();
    scene.spool.isFull = true;
    await scene.results.onModuleDestroy();

    await expect(scene.results.save(result)).rejects.toBe(away);

    expect(scene.clock.monotonic()).toBeGreaterThanOrEqual(usualTimes.shutdownMs);
    expect(log.from('Refresh').at(-1)).toContain('this process ends while the new tokens');
  });
});
