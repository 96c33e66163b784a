import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { RefreshRotation } from '../../src/contracts/manifest.js';
import { SessionName } from '../../src/contracts/session-name.js';
import { RefreshResults } from '../../src/core/refresh/refresh-results.js';
import { RefreshStore } from '../../src/core/refresh/refresh-store.port.js';
import type { RefreshTimes } from '../../src/core/refresh/refresh-times.js';
import { TokenRefresh } from '../../src/core/refresh/token-refresh.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { createLogin, issuedProvider, startReplica, tokensOf } from '../support/refreshing-maestro.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { tellFigure } from '../support/tell-figure.js';
import { toldOfChanges } from '../support/told-of-changes.js';
import { until } from '../support/until.js';

const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());

let issuer: RunningIssuer;
let folder: string;
const replicas: RunningMaestro[] = [];
beforeEach(async () => {
  await database.dataSource.query('truncate saved_authentications, refresh_attempts, orphaned_grants, pending_revocations cascade');
  folder = await mkdtemp(join(tmpdir(), 'maestro-spool-'));
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const replica of replicas.splice(0)) await replica.close();
  await issuer.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(
  rotation: RefreshRotation = 'strict',
  times: Partial<RefreshTimes> = {},
  count = 1,
): Promise<readonly RunningMaestro[]> {
  issuer = await startIssuer({ rotation });
  const provider = issuedProvider(issuer, rotation);
  for (let started = 0; started < count; started += 1) {
    replicas.push(await startReplica({ database, keyRing, provider, times: { replayMs: 3_600_000, ...times }, spoolFolder: folder }));
  }
  return replicas;
}

function only([replica]: readonly RunningMaestro[]): RunningMaestro {
  if (replica === undefined) throw new Error('there is no replica');
  return replica;
}

function storeOf(replica: RunningMaestro): RefreshStore {
  return replica.application.get<unknown, RefreshStore>(RefreshStore, { strict: false });
}

async function ledger(): Promise<readonly string[]> {
  const rows = await database.dataSource.query<{ state: string; reason: string | null }[]>(
    'select state, reason from refresh_attempts order by claimed_at',
  );
  return rows.map(({ state, reason }) => (reason === null ? state : `${state}: ${reason}`));
}

async function sendsPerToken(): Promise<readonly number[]> {
  const rows = await database.dataSource.query<{ sends: number }[]>(
    'select count(*)::int as sends from refresh_attempts where sent_at is not null group by token_fingerprint',
  );
  return rows.map(({ sends }) => sends);
}

/** The refresh token that is stored. */
async function stored(replica: RunningMaestro): Promise<string | undefined> {
  const { SecretKeeper } = await import('../../src/core/sessions/secret-keeper.js');
  const [row] = await database.dataSource.query<{ id: string }[]>('select id from saved_authentications');
  const state = await storeOf(replica).look((row?.id ?? '') as never);
  const credentials = state && (await replica.application.get(SecretKeeper, { strict: false }).open(state.record));
  return credentials?.authType === 'oauth' ? credentials.refreshToken?.reveal() : undefined;
}

const away = (): Promise<never> => Promise.reject(new MaestroError('database.unavailable', {}));

describe('refreshing a login', () => {
  it('asks the issuer once for 500 callers of one process', async () => {
    const replica = only(await start());
    const family = issuer.issue();
    await createLogin(replica, family);

    const answers = await Promise.all(Array.from({ length: 500 }, () => replica.maestro.refreshTokens('whole', 'login')));

    expect(issuer.calls).toHaveLength(1);
    expect(new Set(answers.map(({ accessToken }) => accessToken.reveal())).size).toBe(1);
    expect(await stored(replica)).toBe(issuer.currentTokenOf(family.id));
    expect(await sendsPerToken()).toEqual([1]);
    tellFigure('T2', `${String(answers.length)} callers in one process: ${String(issuer.calls.length)} token call`);
  });

  it('asks once for three replicas in each of five rounds, and loses no family', async () => {
    const all = await start('strict', {}, 3);
    const family = issuer.issue();
    await createLogin(only(all), family);
    for (let round = 0; round < 5; round += 1) {
      issuer.setLatency([20, 60]);
      const record = (await storeOf(only(all)).look((await only(all).sessions.get({ id: await idOf() })).id))?.record;
      if (record === undefined) throw new Error('gone');
      const callers = all.flatMap(({ application }) => Array.from({ length: 20 }, () => application.get(TokenRefresh, { strict: false })));
      await Promise.all(callers.map((refresh) => refresh.ensureFresh(record, 'rejected')));
    }

    expect(issuer.calls).toHaveLength(5);
    expect(issuer.familiesLost).toEqual([]);
    expect(await sendsPerToken()).toEqual([1, 1, 1, 1, 1]);
  });

  it('happens before a call where the access token is close to its end, and not where it is not', async () => {
    const replica = only(await start());
    await createLogin(replica, issuer.issue());
    await nearTheEnd();

    await replica.maestro.listModels('whole', 'oauth', 'login');
    await replica.maestro.listModels('whole', 'oauth', 'login');

    expect(issuer.calls).toHaveLength(1);
    const session = await replica.sessions.get({ id: await idOf() });
    expect(session).toMatchObject({ status: 'active', lastRefreshAt: expect.any(Date), nextRefreshAt: expect.any(Date) });
    expect((session.expiresAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(3_500_000);
  });

  it('goes on when the caller leaves, and whoever comes next has the result', async () => {
    const replica = only(await start());
    const family = issuer.issue();
    await createLogin(replica, family);
    issuer.setLatency(200);
    const leaving = new AbortController();

    const left = replica.maestro.refreshTokens('whole', 'login', { signal: leaving.signal });
    await until(() => issuer.calls.length > 0 || replica.application.get(TokenRefresh, { strict: false }).running > 0);
    leaving.abort();

    await expect(left).rejects.toMatchObject({ code: 'request.cancelled' });
    await replica.application.get(TokenRefresh, { strict: false }).settled();
    expect(await stored(replica)).toBe(issuer.currentTokenOf(family.id));
  });

  it('is waited for when the process ends', async () => {
    const replica = only(await start());
    const family = issuer.issue();
    await createLogin(replica, family);
    issuer.setLatency(200);
    const running = replica.maestro.refreshTokens('whole', 'login');
    await until(() => replica.application.get(TokenRefresh, { strict: false }).running > 0);

    await replica.close();

    await expect(running).resolves.toMatchObject({ expiresAt: expect.any(Date) });
    expect(await ledger()).toEqual(['stored']);
    replicas.splice(0);
    const next = only([await startReplica({ database, keyRing, provider: issuedProvider(issuer) })]);
    replicas.push(next);
    expect(await stored(next)).toBe(issuer.currentTokenOf(family.id));
  });

  it('keeps its lease by heartbeat at an issuer that takes three times as long', async () => {
    const all = await start('strict', { leaseMs: 300, tokenTimeoutMs: 5_000 }, 2);
    const family = issuer.issue();
    await createLogin(only(all), family);
    issuer.setLatency(900);

    await Promise.all(all.map(({ maestro }) => maestro.refreshTokens('whole', 'login')));

    expect(issuer.calls).toHaveLength(1);
    expect(issuer.familiesLost).toEqual([]);
    tellFigure('T3', `endpoint of three lease times, 2 replicas: ${String(issuer.calls.length)} token call, 0 lost`);
  });

  it('is fenced after a process slept through its lease, and its token is not lost', async () => {
    const [slow, quick] = await start('none', { leaseMs: 250, tokenTimeoutMs: 5_000 }, 2);
    if (slow === undefined || quick === undefined) throw new Error('there are two');
    const family = issuer.issue();
    await createLogin(slow, family);
    issuer.setLatency(600);
    // What a stalled event loop looks like from outside: the lease is not renewed.
    jest.spyOn(storeOf(slow), 'renew').mockResolvedValue(false);

    await Promise.all([slow, quick].map(({ maestro }) => maestro.refreshTokens('whole', 'login')));

    expect(issuer.calls.length).toBeLessThanOrEqual(2);
    expect(issuer.familiesLost).toEqual([]);
    expect(await stored(slow)).toBe(issuer.currentTokenOf(family.id));
  });

  it.each([-600_000, 600_000])('needs no right clock of ours: wrong by %i ms', async (wrong) => {
    const clock = { now: () => new Date(Date.now() + wrong), monotonic: () => performance.now() };
    issuer = await startIssuer();
    const replica = await startReplica({ database, keyRing, provider: issuedProvider(issuer), clock });
    replicas.push(replica);
    await createLogin(replica, issuer.issue());
    await replica.maestro.refreshTokens('whole', 'login');

    const [row] = await database.dataSource.query<{ seconds: number }[]>(
      'select extract(epoch from expires_at - clock_timestamp())::int as seconds from saved_authentications',
    );
    expect(Math.abs((row?.seconds ?? 0) - 3_600)).toBeLessThan(30);
    await replica.maestro.listModels('whole', 'oauth', 'login');
    expect(issuer.calls).toHaveLength(1);
    await nearTheEnd();
    await toldOfChanges(replica);
    await replica.maestro.listModels('whole', 'oauth', 'login');
    expect(issuer.calls).toHaveLength(2);
  });

  it('says busy to a caller whose patience ends before somebody else is done, without a call', async () => {
    const [one, two] = await start('strict', { waitMs: 300 }, 2);
    if (one === undefined || two === undefined) throw new Error('there are two');
    await createLogin(one, issuer.issue());
    const id = await idOf();
    const record = (await storeOf(one).look(id))?.record;
    await storeOf(one).claim(id, record?.generation ?? 0, { owner: 'stuck', leaseMs: 60_000 });

    await expect(two.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ code: 'session.refresh-busy', retryAfterMs: 1_000 });
    await two.application.get(TokenRefresh, { strict: false }).settled();
    expect(issuer.calls).toHaveLength(0);
  });
});

describe('a refresh that goes wrong', () => {
  it('ends the session only where the issuer says that the grant is dead, and keeps the secret', async () => {
    const replica = only(await start());
    const family = issuer.issue();
    await createLogin(replica, family);
    issuer.failNext({ kind: 'refused', error: 'invalid_grant', status: 400 });

    await expect(replica.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ code: 'session.reauth-required' });

    expect(await replica.sessions.get({ id: await idOf() })).toMatchObject({ status: 'reauth_required', statusReason: 'grant_rejected' });
    expect(await stored(replica)).toBe(family.refreshToken);
    await expect(replica.maestro.listModels('whole', 'oauth', 'login')).rejects.toMatchObject({ code: 'session.reauth-required' });
    expect(issuer.calls).toHaveLength(1);
  });

  it('is no fault of the session where our client is set up wrong, and stops asking for the provider', async () => {
    const replica = only(await start());
    await createLogin(replica, issuer.issue());
    await nearTheEnd();
    issuer.failNext({ kind: 'refused' });

    await expect(replica.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ code: 'oauth.misconfigured' });
    await replica.maestro.listModels('whole', 'oauth', 'login');

    expect(issuer.calls).toHaveLength(1);
    expect(await replica.sessions.get({ id: await idOf() })).toMatchObject({ status: 'active' });
  });

  it.each<RefreshRotation>(['none', 'grace'])(
    'is repeated at once where the answer got lost and the issuer allows it: %s',
    async (rotation) => {
      const replica = only(await start(rotation));
      const family = issuer.issue();
      await createLogin(replica, family);
      issuer.failNext({ kind: 'reset', afterRotation: true });

      await replica.maestro.refreshTokens('whole', 'login');

      expect(issuer.calls).toHaveLength(2);
      expect(issuer.familiesLost).toEqual([]);
      expect(await stored(replica)).toBe(issuer.currentTokenOf(family.id));
    },
  );

  it('spares a token that may be spent while the access token serves, and says rotation lost when it was', async () => {
    const replica = only(await start('strict'));
    await createLogin(replica, issuer.issue());
    issuer.failNext({ kind: 'reset', afterRotation: true });
    await expect(replica.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ category: 'upstream' });
    const refresh = replica.application.get(TokenRefresh, { strict: false });

    await database.dataSource.query('update saved_authentications set next_refresh_at = now()');
    for (const claim of await storeOf(replica).claimDue({ ...refresh.lease, limit: 1 })) await refresh.runClaimed(claim);
    await replica.maestro.listModels('whole', 'oauth', 'login');

    expect(issuer.calls).toHaveLength(1);
    expect(await ledger()).toEqual([expect.stringMatching(/^unknown: upstream/), 'claimed: postponed']);
    await expect(replica.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ parameters: { reason: 'rotation_lost' } });
    expect(await replica.sessions.get({ id: await idOf() })).toMatchObject({ status: 'reauth_required', statusReason: 'rotation_lost' });
    expect(issuer.calls).toHaveLength(2);
  });

  it('pauses after a failure, longer each time, and serves what is left of the access token', async () => {
    const replica = only(await start('strict', { random: () => 1 }));
    await createLogin(replica, issuer.issue());
    await nearTheEnd();
    issuer.failNext({ kind: 'unavailable', retryAfterSeconds: 7 }, 5);

    await replica.maestro.listModels('whole', 'oauth', 'login');
    await replica.maestro.listModels('whole', 'oauth', 'login');
    expect(issuer.calls).toHaveLength(1);

    await database.dataSource.query('update saved_authentications set expires_at = now()');
    await toldOfChanges(replica);
    const refused = replica.maestro.listModels('whole', 'oauth', 'login');
    await expect(refused).rejects.toMatchObject({ code: 'session.refresh-paused', retryAfterMs: expect.any(Number) });
    await expect(replica.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ code: 'upstream.overloaded' });
    expect(issuer.calls).toHaveLength(2);
  });
});

describe('a result that the database does not take', () => {
  it('waits in the spool, is handed out only when stored, and leaves nothing behind', async () => {
    const replica = only(await start('strict', { storePauseMs: [5, 5] }));
    const family = issuer.issue();
    await createLogin(replica, family);
    const commit = jest.spyOn(storeOf(replica), 'commit').mockImplementation(away);
    let isAnswered = false;

    const answer = replica.maestro.refreshTokens('whole', 'login').finally(() => (isAnswered = true));
    await until(async () => (await readdir(folder)).length > 0 && commit.mock.calls.length > 3);
    expect(isAnswered).toBe(false);
    commit.mockRestore();

    await answer;
    expect(await stored(replica)).toBe(issuer.currentTokenOf(family.id));
    expect(await readdir(folder)).toEqual([]);
    expect(issuer.calls).toHaveLength(1);
  });

  it('is stored by the next process that finds it in the spool', async () => {
    const replica = only(await start('strict', { storePauseMs: [5, 5], holdMs: 0 }));
    const family = issuer.issue();
    await createLogin(replica, family);
    jest.spyOn(storeOf(replica), 'commit').mockImplementation(away);
    await expect(replica.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(await stored(replica)).toBe(family.refreshToken);
    jest.restoreAllMocks();

    const next = await startReplica({ database, keyRing, provider: issuedProvider(issuer), spoolFolder: folder });
    replicas.push(next);
    await until(async () => (await readdir(folder)).length === 0);

    expect(await stored(next)).toBe(issuer.currentTokenOf(family.id));
    expect(issuer.familiesLost).toEqual([]);
  });

  it('is held in memory, loudly, where the spool has no room either', async () => {
    const replica = only(await start('strict', { storePauseMs: [5, 5], holdMs: 0 }));
    const family = issuer.issue();
    await createLogin(replica, family);
    await rm(folder, { recursive: true });
    await writeFile(folder, 'in the way');
    const commit = jest.spyOn(storeOf(replica), 'commit').mockImplementation(away);

    const answer = replica.maestro.refreshTokens('whole', 'login');
    await until(() => commit.mock.calls.length > 3);
    expect(replica.log.from('Refresh')).toContainEqual(expect.stringContaining('in memory only'));
    commit.mockRestore();

    await answer;
    expect(await stored(replica)).toBe(issuer.currentTokenOf(family.id));
  });

  it('is kept as an orphan where a new login came meanwhile, and revoked where the session went', async () => {
    const replica = only(await start());
    await createLogin(replica, issuer.issue());
    const other = issuer.issue();
    issuer.setLatency(300);

    const refreshing = replica.maestro.refreshTokens('whole', 'login');
    await until(() => replica.application.get(TokenRefresh, { strict: false }).running > 0);
    await until(async () => (await ledger()).includes('sent'));
    await replica.sessions.upsert('whole', 'oauth', 'login', tokensOf(other));
    await refreshing;
    expect(await stored(replica)).toBe(other.refreshToken);
    expect(await database.dataSource.query('select reason from orphaned_grants')).toEqual([{ reason: 'fenced' }]);

    const again = replica.maestro.refreshTokens('whole', 'login');
    await until(async () => (await ledger()).includes('sent'));
    await replica.sessions.deleteByName('whole', 'oauth', 'login');
    await expect(again).rejects.toMatchObject({ code: 'session.not-found' });
    expect(await replica.sessions.list({ provider: 'whole' })).toEqual({ data: [] });
    expect(await database.dataSource.query(`select actor from pending_revocations where actor = 'system'`)).toHaveLength(1);
  });

  it('survives a rename', async () => {
    const replica = only(await start());
    const family = issuer.issue();
    const { id } = await createLogin(replica, family);
    issuer.setLatency(300);

    const refreshing = replica.maestro.refreshTokens('whole', 'login');
    await until(async () => (await ledger()).includes('sent'));
    await replica.sessions.change({ id }, { name: SessionName.parse('renamed') });
    await refreshing;

    expect(await stored(replica)).toBe(issuer.currentTokenOf(family.id));
    expect(await replica.application.get(RefreshResults, { strict: false }).replay()).toBe(0);
  });
});

async function nearTheEnd(): Promise<void> {
  await database.dataSource.query(
    `update saved_authentications set issued_at = now() - interval '1 hour', expires_at = now() + interval '30 s'`,
  );
}

async function idOf(): Promise<never> {
  const [row] = await database.dataSource.query<{ id: string }[]>('select id from saved_authentications');
  return (row?.id ?? '') as never;
}
