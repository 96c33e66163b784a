import { randomBytes } from 'node:crypto';

import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { createLogin, issuedProvider, startReplica } from '../support/refreshing-maestro.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { tellFigure } from '../support/tell-figure.js';
import { toldOfChanges } from '../support/told-of-changes.js';
import { until } from '../support/until.js';

const hour = 3_600_000;

describe('a clock that is set back by an hour', () => {
  let wrong = 0;
  const clock = { now: (): Date => new Date(Date.now() + wrong), monotonic: (): number => performance.now() };
  let database: TestDatabase;
  let issuer: RunningIssuer;
  let replica: RunningMaestro;
  beforeAll(async () => {
    database = await freshDatabase();
    issuer = await startIssuer();
    const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);
    replica = await startReplica({ database, keyRing, provider: issuedProvider(issuer), clock });
  });
  afterAll(async () => {
    await replica.close();
    await issuer.close();
    await database.close();
  });

  const use = (name: string): Promise<unknown> => replica.maestro.listModels('whole', 'oauth', name);
  const secondsLeft = async (name: string): Promise<number> => {
    const [row] = await database.dataSource.query<{ seconds: number }[]>(
      'select extract(epoch from expires_at - clock_timestamp())::int as seconds from saved_authentications where name = $1',
      [name],
    );
    return row?.seconds ?? 0;
  };

  it('costs no call that was not due, and sends no token that has expired', async () => {
    wrong = 0;
    await createLogin(replica, issuer.issue(), 'between');
    await replica.maestro.refreshTokens('whole', 'between');
    const { length } = issuer.calls;

    wrong = -hour;
    await use('between');
    await use('between');
    expect(issuer.calls).toHaveLength(length);

    await database.dataSource.query(`update saved_authentications set expires_at = now() - interval '1 s' where name = 'between'`);
    await toldOfChanges(replica);
    await use('between');
    await use('between');
    expect(issuer.calls).toHaveLength(length + 1);
    wrong = 0;
    await use('between');
    expect(issuer.calls).toHaveLength(length + 1);
    tellFigure('T11', 'an hour back: 0 extra calls, 0 expired tokens sent');
  });

  it.each([-hour, hour])('changes nothing of a refresh in whose middle it falls, nor does one forward: %i ms', async (jump) => {
    wrong = 0;
    const name = jump < 0 ? 'back' : 'forward';
    await createLogin(replica, issuer.issue(), name);
    issuer.setLatency(200);
    const { length } = issuer.calls;

    const refreshing = replica.maestro.refreshTokens('whole', name);
    await until(() => issuer.calls.length > length);
    wrong = jump;
    await refreshing;

    expect(Math.abs((await secondsLeft(name)) - 3_600)).toBeLessThan(30);
    await use(name);
    expect(issuer.calls).toHaveLength(length + 1);
  });
});
