import { setTimeout as pause } from 'node:timers/promises';

import type { RefreshRotation } from '../../src/contracts/manifest.js';
import type { LedgerLine, Login } from '../support/logins.js';
import { ledgerText } from '../support/logins.js';
import type { RefreshScene } from '../support/refresh-scene.js';
import { percentile, startRefreshScene } from '../support/refresh-scene.js';
import { endHolder, roundOf } from '../support/refresh-trials.js';
import type { CallerOutcome, Replica } from '../support/replica.js';
import { severedDatabase } from '../support/severed-database.js';
import { tellFigure } from '../support/tell-figure.js';
import { until } from '../support/until.js';

const leaseMs = 2_000;
const shortLease = { leaseMs, tokenTimeoutMs: 1_500 };

let scene: RefreshScene;
afterEach(async () => {
  expect(await scene.broken()).toEqual([]);
  await scene.close();
});

function first<Item>([item]: readonly Item[]): Item {
  if (item === undefined) throw new Error('there is one');
  return item;
}

describe('eight replicas with 50 callers each', () => {
  it('ask a strict issuer once in each of 100 rounds', async () => {
    scene = await startRefreshScene(8, [75, 225]);
    const login = first(await scene.logins('strict', { count: 1 }));
    const outcomes: CallerOutcome[] = [];

    for (let round = 0; round < 100; round += 1) outcomes.push(...(await roundOf(scene, login, 50)));

    const { ledger, lost, misreported } = await scene.examined('strict', [login]);
    const waits = outcomes.map(({ milliseconds }) => milliseconds);
    tellFigure(
      'T1',
      `8 × 50 × 100: ${String(scene.issuers.strict.calls.length)} token calls, ${String(lost.length)} families lost, ` +
        `callers p50 ${String(percentile(waits, 0.5))} ms, p99 ${String(percentile(waits, 0.99))} ms; ledger: ${ledgerText(ledger)}`,
    );
    expect(outcomes.filter(({ code }) => code !== undefined)).toEqual([]);
    expect(scene.issuers.strict.calls).toHaveLength(100);
    expect({ lost, misreported }).toEqual({ lost: [], misreported: [] });
    expect(ledger.filter(({ sends }) => sends !== 1)).toEqual([]);
  }, 300_000);
});

describe('a holder that is ended amid a refresh', () => {
  /** Twenty processes, each ended with ten refreshes under way, somewhere between the first and the last answer. */
  const rounds = 20;
  const atOnce = 10;

  it('by SIGTERM, 200 times: nothing is lost, and nothing is asked twice', async () => {
    scene = await startRefreshScene(1, [20, 200]);
    const ledger: LedgerLine[] = [];
    let lost = 0;
    for (let round = 0; round < rounds; round += 1) {
      const logins = await scene.logins('strict', { count: atOnce });
      const holder = first(await scene.more(1));
      const trial = { rotation: 'strict', logins, holder, survivor: first(scene.replicas), signal: 'SIGTERM' } as const;

      const { exit, outcomes } = await endHolder(scene, { ...trial, after: 1 + (round % atOnce) });

      const found = await scene.examined('strict', logins);
      ledger.push(...found.ledger);
      lost += found.lost.length;
      expect(exit).toBe(0);
      expect(outcomes.filter(({ code }) => code !== undefined)).toEqual([]);
      expect(found.calls).toEqual(logins.map(() => 1));
      expect(found.misreported).toEqual([]);
    }
    tellFigure('T4', `SIGTERM in ${String(rounds * atOnce)} refreshes: ${String(lost)} lost; ledger: ${ledgerText(ledger)}`);
    expect(lost).toBe(0);
  }, 600_000);

  it.each<RefreshRotation>(['none', 'grace', 'strict'])(
    'by kill -9, 200 times, with an issuer of rotation %s: nothing is lost that could be kept',
    async (rotation) => {
      scene = await startRefreshScene(1, [20, 200]);
      const survivor = first(scene.replicas);
      await survivor.setTimes(shortLease);
      const bystanders = await scene.logins(rotation, { count: 20 });
      const ledger: LedgerLine[] = [];
      const lost: Login[] = [];
      const answered: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const logins = await scene.logins(rotation, { count: atOnce });
        const holder = first(await scene.more(1));
        await holder.setTimes(shortLease);

        const trial = { rotation, logins, holder, survivor, signal: 'SIGKILL', after: 1 + (round % atOnce) } as const;
        const { outcomes, milliseconds } = await endHolder(scene, trial);

        const found = await scene.examined(rotation, logins);
        ledger.push(...found.ledger);
        lost.push(...found.lost);
        answered.push(milliseconds);
        expect(found.misreported).toEqual([]);
        expect(Math.max(...found.calls)).toBeLessThanOrEqual(2);
        const refused = outcomes.filter(({ code }) => code !== undefined).map(({ session, code }) => `${session} ${String(code)}`);
        expect(refused.sort()).toEqual(found.lost.map(({ id }) => `${id} session.reauth-required`).sort());
        for (const { id } of found.lost) expect(found.stored.get(id)).toMatchObject({ status: 'reauth_required', reason: 'rotation_lost' });
      }
      const untouched = await scene.examined(rotation, bystanders);
      const cutOff = ledger.filter(({ states }) => states.startsWith('unknown')).length;
      tellFigure(
        'T5',
        `${rotation}: kill -9 in ${String(rounds * atOnce)} refreshes, ${String(cutOff)} of them cut off: ${String(lost.length)} lost; ` +
          `answered after p99 ${String(percentile(answered, 0.99))} ms (lease ${String(leaseMs)} ms); ledger: ${ledgerText(ledger)}`,
      );
      if (rotation !== 'strict') expect(lost).toEqual([]);
      expect(lost.length).toBeLessThanOrEqual(cutOff);
      expect(Math.max(...answered)).toBeLessThanOrEqual(leaseMs + 2_000);
      for (const { id } of bystanders) expect(untouched.stored.get(id)).toMatchObject({ status: 'active', secretVersion: 1 });
    },
    600_000,
  );
});

describe('a database that is away for 20 seconds', () => {
  it('right after 50 answers of the token endpoint, costs none of them', async () => {
    scene = await startRefreshScene(1, [400, 400]);
    const way = await severedDatabase(scene.database.url);
    const holder = first(await scene.more(1, way.url));
    const logins = await scene.logins('strict', { count: 50 });
    const ids = logins.map(({ id }) => id);
    await holder.see(ids);

    const waiting = holder.refresh(ids, 1);
    await until(() => scene.issuers.strict.calls.length === 50);
    await way.cut();
    await pause(20_000);
    await way.mend();
    const isDone = async (): Promise<boolean> => {
      const { stored } = await scene.examined('strict', logins);
      return [...stored.values()].every(({ secretVersion }) => secretVersion === 2);
    };
    await until(isDone, 90);
    await waiting;
    await holder.end('SIGTERM');
    await way.close();

    const { ledger, lost, misreported } = await scene.examined('strict', logins);
    tellFigure('T7', `database away 20 s after 50 answers: ${String(lost.length)} lost; ledger: ${ledgerText(ledger)}`);
    expect({ lost, misreported }).toEqual({ lost: [], misreported: [] });
    expect(ledger.filter(({ sends, states }) => sends !== 1 || states !== 'stored')).toEqual([]);
    expect(scene.issuers.strict.calls).toHaveLength(50);
  }, 300_000);
});

describe('ten thousand sessions that end within a minute', () => {
  it('are refreshed ahead by four replicas, each once, no faster than it was set and none too late', async () => {
    const perSecond = 25;
    scene = await startRefreshScene(4, [20, 20]);
    const { calls } = scene.issuers.strict;
    const logins = await scene.logins('strict', { count: 10_000, expiresIn: 900, dueIn: 0 });
    const deadline = Date.now() + 900_000;

    const options = { perSecond, perProvider: 4 };
    await Promise.all(scene.replicas.map((replica: Replica) => replica.startAhead(options)));
    await until(() => calls.length >= logins.length, 600);
    await pause(10_000);
    await Promise.all(scene.replicas.map((replica) => replica.stopAhead()));

    const found = await scene.examined('strict', logins);
    const times = calls.map(({ at }) => at);
    const busiest = busiestSecond(times);
    tellFigure(
      'T10',
      `10,000 sessions, 4 replicas: ${String(calls.length)} calls, at most ${String(busiest)} in a second (set: ${String(4 * perSecond)}), ` +
        `the last ${String(Math.round((deadline - Math.max(...times)) / 1_000))} s before its end; ledger: ${ledgerText(found.ledger)}`,
    );
    expect(calls).toHaveLength(10_000);
    expect(found.calls.every((count) => count === 1)).toBe(true);
    expect(found.misreported).toEqual([]);
    // They begin evenly; on their way to the issuer one or two may come closer to each other.
    expect(busiest).toBeLessThanOrEqual(4 * (perSecond + 2));
    expect(Math.max(...times)).toBeLessThan(deadline);
  }, 900_000);
});

/** The most within any second. */
function busiestSecond(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other);
  let most = 0;
  let begin = 0;
  sorted.forEach((time, end) => {
    while (time - (sorted[begin] ?? time) >= 1_000) begin += 1;
    most = Math.max(most, end - begin + 1);
  });
  return most;
}
