import type { RefreshRotation } from '../../src/contracts/manifest.js';
import { ledgerText } from '../support/logins.js';
import type { RefreshScene } from '../support/refresh-scene.js';
import { percentile, startRefreshScene } from '../support/refresh-scene.js';
import { endHolder, roundOf } from '../support/refresh-trials.js';
import type { Replica } from '../support/replica.js';
import type { CallerOutcome } from '../support/replica.js';
import { tellFigure } from '../support/tell-figure.js';
import { until } from '../support/until.js';

/** Nothing that takes a whole lease in the tests of the others. */
const shortLease = { leaseMs: 1_000, tokenTimeoutMs: 800 };

describe('several replicas on one database', () => {
  let scene: RefreshScene;
  beforeAll(async () => {
    scene = await startRefreshScene(8, [40, 90]);
  }, 60_000);
  afterAll(async () => {
    await scene.close();
  });
  afterEach(async () => {
    expect(await scene.broken()).toEqual([]);
  });
  const replica = (index: number): Replica => {
    const found = scene.replicas[index];
    if (found === undefined) throw new Error('there are eight');
    return found;
  };

  it('ask a strict issuer once a round, with 50 callers in each of 8 processes', async () => {
    const rounds = 20;
    const [login] = await scene.logins('strict', { count: 1 });
    if (login === undefined) throw new Error('there is one');
    const outcomes: CallerOutcome[] = [];

    for (let round = 0; round < rounds; round += 1) outcomes.push(...(await roundOf(scene, login, 50)));

    const { ledger, lost, misreported } = await scene.examined('strict', [login]);
    const waits = outcomes.map(({ milliseconds }) => milliseconds);
    tellFigure(
      'T1',
      `8 × 50 × ${String(rounds)}: ${String(scene.issuers.strict.calls.length)} token calls, ${String(lost.length)} families lost, ` +
        `callers p50 ${String(percentile(waits, 0.5))} ms, p99 ${String(percentile(waits, 0.99))} ms; ledger: ${ledgerText(ledger)}`,
    );
    expect(outcomes.filter(({ code }) => code !== undefined)).toEqual([]);
    expect(outcomes).toHaveLength(400 * rounds);
    expect(scene.issuers.strict.calls).toHaveLength(rounds);
    expect({ lost, misreported }).toEqual({ lost: [], misreported: [] });
    expect(ledger.map(({ sends, states }) => [sends, states])).toEqual(Array.from({ length: rounds }, () => [1, 'stored']));
  });

  it('refresh 200 sessions ahead, each of them once', async () => {
    const { issuers, database } = scene;
    issuers.strict.setLatency(10);
    const logins = await scene.logins('strict', { count: 200, expiresIn: 600, dueIn: -1 });
    const ahead = [replica(0), replica(1)];

    await Promise.all(ahead.map((one) => one.startAhead({ pollMs: 100, perSecond: 200, perProvider: 4 })));
    const waiting = `select 1 from saved_authentications where id = any($1::uuid[]) and secret_version = 1`;
    await until(async () => (await database.dataSource.query<unknown[]>(waiting, [logins.map(({ id }) => id)])).length === 0, 20);
    await Promise.all(ahead.map((one) => one.stopAhead()));
    issuers.strict.setLatency([40, 90]);

    const { ledger, lost, misreported, calls } = await scene.examined('strict', logins);
    tellFigure('T10', `200 sessions, 2 replicas; ledger: ${ledgerText(ledger)}`);
    expect(calls).toEqual(logins.map(() => 1));
    expect({ lost, misreported }).toEqual({ lost: [], misreported: [] });
    expect(ledger.every(({ sends, states }) => sends === 1 && states === 'stored')).toBe(true);
  });

  it('lose nothing to a SIGTERM amid ten refreshes', async () => {
    const logins = await scene.logins('strict', { count: 10 });

    const trial = { rotation: 'strict', logins, holder: replica(7), survivor: replica(0), signal: 'SIGTERM', after: 3 } as const;
    const { exit, outcomes } = await endHolder(scene, trial);

    const { ledger, lost, misreported, calls, stored } = await scene.examined('strict', logins);
    tellFigure('T4', `SIGTERM amid 10 refreshes: ${String(lost.length)} lost; ledger: ${ledgerText(ledger)}`);
    expect(exit).toBe(0);
    expect(outcomes.filter(({ code }) => code !== undefined)).toEqual([]);
    expect({ lost, misreported }).toEqual({ lost: [], misreported: [] });
    expect(calls).toEqual(logins.map(() => 1));
    expect([...stored.values()].every(({ secretVersion }) => secretVersion === 2)).toBe(true);
  });

  it.each<[RefreshRotation, number]>([
    ['none', 6],
    ['grace', 5],
    ['strict', 4],
  ])('lose nothing to a kill -9 that could be kept, with an issuer of rotation %s', async (rotation, index) => {
    const bystanders = await scene.logins(rotation, { count: 3 });
    const logins = await scene.logins(rotation, { count: 10 });
    const [holder, survivor] = [replica(index), replica(0)];
    await Promise.all([holder.setTimes(shortLease), survivor.setTimes(shortLease)]);

    const { outcomes, milliseconds } = await endHolder(scene, { rotation, logins, holder, survivor, signal: 'SIGKILL', after: 3 });

    const { ledger, lost, misreported, calls, stored } = await scene.examined(rotation, logins);
    const unsettled = new Set(ledger.filter(({ states }) => states.startsWith('unknown')));
    tellFigure(
      'T5',
      `${rotation}: kill -9 amid 10 refreshes: ${String(lost.length)} lost, all answered after ${String(Math.round(milliseconds))} ms ` +
        `(lease ${String(shortLease.leaseMs)} ms); ledger: ${ledgerText(ledger)}`,
    );
    if (rotation !== 'strict') expect(lost).toEqual([]);
    expect(lost.length).toBeLessThanOrEqual(unsettled.size);
    expect(misreported).toEqual([]);
    for (const { id } of lost) expect(stored.get(id)).toMatchObject({ status: 'reauth_required', reason: 'rotation_lost' });
    const refused = outcomes.filter(({ code }) => code !== undefined);
    expect(refused.map(({ session, code }) => [session, code]).sort()).toEqual(
      lost.map(({ id }) => [id, 'session.reauth-required']).sort(),
    );
    expect(Math.max(...calls)).toBeLessThanOrEqual(2);
    const untouched = await scene.examined(rotation, bystanders);
    for (const { id } of bystanders) {
      expect(untouched.stored.get(id)).toMatchObject({ status: 'active', secretVersion: 1, isLeased: false });
    }
    expect(untouched.misreported).toEqual([]);
  });
});
