import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { TypeOrmMigrations } from '../../src/persistence/typeorm-migrations.js';
import type { Ends } from './failpoint-trials.js';
import { dieCloning, dieDeleting, dieRefreshing, dieReplaying, dieSpooling, shortLease } from './failpoint-trials.js';
import { brokenInvariants, takeCensus } from './invariants.js';
import type { Login } from './logins.js';
import { killedProcess } from './migration-crash.js';
import { fillOrigin, keyRing as originKeys, originOf, plainRows } from './origin-table.js';
import { emptyDatabase, freshDatabase } from './postgres.js';
import type { RefreshScene } from './refresh-scene.js';
import { startRefreshScene } from './refresh-scene.js';
import { aKey, insertSealed, startSweeper } from './rotation.js';
import { tellFigure } from './tell-figure.js';

interface Point {
  readonly name: string;
  /** Whether the tokens must be there afterwards; else they may be lost, which then is told. */
  readonly isKept: boolean;
  /** Beside another point that is as good as this one: by night only. */
  readonly isRare?: true;
  readonly die: (scene: RefreshScene, login: Login) => Promise<Ends>;
}

const refreshCommit = { statement: 'commit', since: 'maestro/refresh-commit' } as const;

/** Where a strict issuer's answer can be lost with the process, no lock helps: what is told is what counts. */
const points: readonly Point[] = [
  {
    name: 'before it is written down that a token is sent',
    isKept: true,
    die: (...of) => dieRefreshing(...of, { statement: 'maestro/refresh-mark-sent' }),
  },
  { name: 'before the token is sent', isKept: true, isRare: true, die: (...of) => dieRefreshing(...of, { wire: 'client:sendHeaders' }) },
  { name: 'after the token is sent', isKept: false, die: (...of) => dieRefreshing(...of, { wire: 'request:bodySent' }) },
  { name: 'after the answer is read', isKept: false, isRare: true, die: (...of) => dieRefreshing(...of, { wire: 'request:trailers' }) },
  { name: 'before the commit', isKept: false, die: (...of) => dieRefreshing(...of, refreshCommit) },
  { name: 'after the commit', isKept: true, die: (...of) => dieRefreshing(...of, { ...refreshCommit, when: 'after' }) },
  { name: 'before the spool is written', isKept: false, die: (...of) => dieSpooling(...of, { file: 'writeFile' }) },
  { name: 'before the spool is on the disk', isKept: false, isRare: true, die: (...of) => dieSpooling(...of, { file: 'sync' }) },
  { name: 'before what is spooled gets its name', isKept: false, isRare: true, die: (...of) => dieSpooling(...of, { file: 'rename' }) },
  { name: 'after what is spooled has its name', isKept: true, die: (...of) => dieSpooling(...of, { file: 'rename', when: 'after' }) },
  { name: 'before the commit of a replay', isKept: true, die: (...of) => dieReplaying(...of, () => refreshCommit) },
  {
    name: 'after a replay, before its file goes',
    isKept: true,
    isRare: true,
    die: (...of) => dieReplaying(...of, (folder) => ({ file: 'rm', folder })),
  },
  { name: 'before the trail is written', isKept: true, die: (...of) => dieCloning(...of, { statement: 'maestro/audit-append' }) },
  {
    name: 'after the trail is written',
    isKept: true,
    isRare: true,
    die: (...of) => dieCloning(...of, { statement: 'maestro/audit-append', when: 'after' }),
  },
];

const deletions = [
  { name: 'before the commit of a delete', isThere: true, when: 'before' },
  { name: 'after the commit of a delete', isThere: false, when: 'after' },
] as const;

export interface FailpointsOptions {
  /** Kills at each point. */
  readonly times: number;
  /** By night: also where a process is slow to start, and sweeps and migrations, which have quick tests of their own. */
  readonly isNightly: boolean;
}

/** Points of a refresh, a change, a sweep and a migration where a process can be killed. */
export function describeFailpoints({ times, isNightly }: FailpointsOptions): void {
  const rounds = Array.from({ length: times }, (_, index) => index + 1);
  const chosen = points.filter(({ isRare }) => isNightly || isRare !== true);
  const count = chosen.length + deletions.length + (isNightly ? 2 : 0);
  let kills = 0;
  let told = 0;

  describe('a process that is killed', () => {
    let scene: RefreshScene;
    let survivor: RefreshScene['replicas'][number];
    beforeAll(async () => {
      scene = await startRefreshScene(1, [5, 5]);
      const [first] = scene.replicas;
      if (first === undefined) throw new Error('there is one');
      survivor = first;
      await survivor.setTimes(shortLease);
    }, 120_000);
    afterAll(async () => {
      await scene.close();
      tellFigure(
        'T6',
        `${String(kills)} × kill -9 at ${String(count)} points: 0 invariants broken, ${String(told)} logins lost and told so`,
      );
    });

    async function aLogin(): Promise<Login> {
      const [login] = await scene.logins('strict', { count: 1 });
      if (login === undefined) throw new Error('there is one');
      await survivor.see([login.id]);
      return login;
    }

    async function killed(ends: Promise<Ends>): Promise<void> {
      const signals = await ends;
      kills += signals.length;
      expect(signals).toEqual(signals.map(() => 'SIGKILL'));
    }

    it.each(chosen)(
      '$name leaves nothing broken, and nothing untold',
      async ({ die, isKept }) => {
        for (const _ of rounds) {
          const login = await aLogin();
          await killed(die(scene, login));

          const outcomes = await survivor.refresh([login.id], 1);

          const { lost, misreported, stored } = await scene.examined('strict', [login]);
          expect({ misreported: misreported.map(({ id }) => id), broken: await scene.broken() }).toEqual({ misreported: [], broken: [] });
          if (isKept) expect(lost.map(({ id }) => id)).toEqual([]);
          for (const { id } of lost) expect(stored.get(id)).toMatchObject({ status: 'reauth_required', reason: 'rotation_lost' });
          expect(outcomes.map(({ code }) => code)).toEqual([lost.length > 0 ? 'session.reauth-required' : undefined]);
          told += lost.length;
        }
      },
      600_000,
    );

    it.each(deletions)(
      '$name leaves the session whole, or its tombstone',
      async ({ when, isThere }) => {
        for (const _ of rounds) {
          const login = await aLogin();
          await killed(dieDeleting(scene, login, { statement: 'commit', since: 'maestro/bury', when }));

          const { stored } = await scene.examined('strict', [login]);
          expect({ isThere: stored.has(login.id), broken: await scene.broken() }).toEqual({ isThere, broken: [] });
        }
      },
      600_000,
    );

    if (!isNightly) return;

    it('amid the sweep of a rotation leaves rows under one key or the other, and the next sweep ends it', async () => {
      const database = await freshDatabase();
      const keys = `old=${aKey()},new=${aKey()}`;
      const keyRing = KeyRing.parse(keys, 'new');
      await prepareDatabase(database.dataSource, KeyRing.parse(keys, 'old'));
      for (const round of rounds) {
        await database.dataSource.query('delete from saved_authentications');
        await insertSealed(database.dataSource, KeyRing.parse(keys, 'old'), 50);
        const since = await takeCensus(database.dataSource);

        expect(await startSweeper(database.url, keys, 'new', 2 + (round % 2)).ended).toBe(false);
        kills += 1;
        expect(await brokenInvariants({ dataSource: database.dataSource, keyRing, since })).toEqual([]);
      }
      expect(await startSweeper(database.url, keys, 'new').ended).toBe(true);
      const left = await database.dataSource.query<readonly unknown[]>(`select 1 from saved_authentications where key_id = 'old'`);
      expect(left).toEqual([]);
      await database.close();
    }, 600_000);

    it('amid a step of a migration leaves the rows as they were, and the next run ends it', async () => {
      for (const round of rounds) {
        const database = await emptyDatabase();
        await fillOrigin(database.dataSource, 20);
        const before = await plainRows(database.dataSource);

        expect(await killedProcess(database, 'up', 10 + 3 * round)).toBeUndefined();
        kills += 1;
        await new TypeOrmMigrations(database.dataSource, originKeys).up();
        expect(await originOf(database.dataSource)).toEqual(before);
        await database.close();
      }
    }, 600_000);
  });
}
