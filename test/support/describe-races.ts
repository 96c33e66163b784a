import { randomBytes } from 'node:crypto';

import { RefreshStore } from '../../src/core/refresh/refresh-store.port.js';
import { TokenRefresh } from '../../src/core/refresh/token-refresh.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import { delayStatements, numbersFrom } from './delayed-statements.js';
import { brokenInvariants, takeCensus } from './invariants.js';
import type { TestDatabase } from './postgres.js';
import { freshDatabase } from './postgres.js';
import { createLogin, issuedProvider, startReplica } from './refreshing-maestro.js';
import type { RunningMaestro } from './start-maestro.js';
import { tellFigure } from './tell-figure.js';

export interface RacesOptions {
  readonly rounds: number;
  readonly seed: number;
}

const callers = 5;

/** Replicas that want one token at the same time, on a real database, each of whose statements takes a time of its own. */
export function describeRaces({ rounds, seed }: RacesOptions): void {
  describe('replicas whose statements overtake each other', () => {
    const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);
    let database: TestDatabase;
    let issuer: RunningIssuer;
    const replicas: RunningMaestro[] = [];
    beforeAll(async () => {
      database = await freshDatabase();
      issuer = await startIssuer({ rotation: 'strict' });
      const provider = issuedProvider(issuer);
      for (let count = 0; count < 3; count += 1) {
        replicas.push(await startReplica({ database, keyRing, provider, times: { replayMs: 3_600_000 } }));
      }
    }, 60_000);
    afterAll(async () => {
      for (const replica of replicas) await replica.close();
      await issuer.close();
      await database.close();
    });

    it('ask a strict issuer once for a token, whatever the delays', async () => {
      const [first] = replicas;
      if (first === undefined) throw new Error('there are three');
      const store = first.application.get<unknown, RefreshStore>(RefreshStore, { strict: false });
      const coordinators = replicas.map(({ application }) => application.get(TokenRefresh, { strict: false }));
      const since = await takeCensus(database.dataSource);
      for (let round = 0; round < rounds; round += 1) {
        const next = numbersFrom(seed + round);
        const family = issuer.issue();
        const { id } = await createLogin(first, family, `race_${String(round)}`);
        const record = (await store.look(id))?.record;
        if (record === undefined) throw new Error('it was made just now');
        issuer.setLatency(next() * 20);
        const before = issuer.calls.length;

        const end = delayStatements(next);
        const answers = coordinators.flatMap((refresh) => Array.from({ length: callers }, () => refresh.ensureFresh(record, 'rejected')));
        const ends = await Promise.allSettled(answers);
        end();

        const failures = ends.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
        const [ledger] = await database.dataSource.query<readonly { sends: number; states: string }[]>(
          `select count(*) filter (where sent_at is not null)::int as sends, string_agg(state, ' ') filter (where sent_at is not null) as states
             from refresh_attempts where session_id = $1`,
          [id],
        );
        // With the seed, so that it can be seen again: MAESTRO_TEST_SEED.
        expect({ seed: seed + round, failures, calls: issuer.calls.length - before, lost: issuer.familiesLost, ...ledger }).toEqual({
          ...{ seed: seed + round, failures: [], calls: 1, lost: [], sends: 1, states: 'stored' },
        });
      }

      tellFigure(
        'T45',
        `${String(rounds)} races of ${String(replicas.length * callers)} callers in ${String(replicas.length)} replicas with delayed statements ` +
          `(seed ${String(seed)}): one token call each, 0 failures`,
      );
      expect(await brokenInvariants({ dataSource: database.dataSource, keyRing, since })).toEqual([]);
    }, 900_000);
  });
}
