import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { OAuthCredentials } from '../../src/contracts/credentials.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import { Secret } from '../../src/contracts/secret.js';
import type { Session, SessionRecord } from '../../src/contracts/session.js';
import type { TokenSet } from '../../src/contracts/tokens.js';
import { RefreshStore } from '../../src/core/refresh/refresh-store.port.js';
import { nextRefreshAt } from '../../src/core/refresh/refresh-schedule.js';
import { TokenRefresh } from '../../src/core/refresh/token-refresh.js';
import { mergeTokens } from '../../src/kit/oauth/merge-tokens.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { FileRefreshSpool } from '../../src/persistence/refresh/file-refresh-spool.js';
import { TypeOrmRefreshStore } from '../../src/persistence/refresh/typeorm-refresh-store.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import { WholeModels, WholeOAuth } from '../extension/fixtures/whole-behaviours.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { createLogin, issuedProvider, startReplica } from '../support/refreshing-maestro.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { until } from '../support/until.js';

const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);

let database: TestDatabase;
let issuer: RunningIssuer;
let spoolFolder: string;
const replicas: RunningMaestro[] = [];
beforeAll(async () => {
  database = await freshDatabase();
});
beforeEach(async () => {
  await database.dataSource.query('truncate saved_authentications, refresh_attempts, orphaned_grants, pending_revocations cascade');
  issuer = await startIssuer({ rotation: 'strict' });
  spoolFolder = mkdtempSync(join(tmpdir(), 'maestro-spool-'));
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const replica of replicas.splice(0)) await replica.close();
  await issuer.close();
  rmSync(spoolFolder, { recursive: true, force: true });
});
afterAll(() => database.close());

async function start(provider = issuedProvider(issuer), times = {}): Promise<RunningMaestro> {
  const replica = await startReplica({ database, keyRing, provider, times: { replayMs: 3_600_000, ...times }, spoolFolder });
  replicas.push(replica);
  return replica;
}

function storeOf(replica: RunningMaestro): RefreshStore {
  return replica.application.get<unknown, RefreshStore>(RefreshStore, { strict: false });
}

async function storedToken(replica: RunningMaestro, { id }: Session): Promise<string | undefined> {
  const { SecretKeeper } = await import('../../src/core/sessions/secret-keeper.js');
  const state = await storeOf(replica).look(id);
  const credentials = state && (await replica.application.get(SecretKeeper, { strict: false }).open(state.record));
  return credentials?.authType === 'oauth' ? credentials.refreshToken?.reveal() : undefined;
}

async function recordOf(replica: RunningMaestro, { id }: Session): Promise<SessionRecord> {
  const state = await storeOf(replica).look(id);
  if (state === undefined) throw new Error('it is gone');
  return state.record;
}

const running = (replica: RunningMaestro): number => replica.application.get(TokenRefresh, { strict: false }).running;

describe('what went wrong with refreshes elsewhere', () => {
  it('n8n 12742, codex 10332 and 17340, claude-code 24317, 41507 and 80085, opencode 49439, workers-sdk 15089, hqbase 41: two who refresh spend one token and lose no family', async () => {
    const [one, two] = [await start(), await start()];
    const family = issuer.issue();
    const session = await createLogin(one, family);
    issuer.setLatency([10, 40]);

    const callers = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : two));
    const tokens = await Promise.all(callers.map(({ maestro }) => maestro.refreshTokens('whole', 'login')));

    expect(issuer.calls.map(({ refreshToken }) => refreshToken)).toEqual([family.refreshToken]);
    expect(issuer.familiesLost).toEqual([]);
    expect(new Set(tokens.map(({ accessToken }) => accessToken.reveal())).size).toBe(1);
    expect(await storedToken(two, session)).toBe(issuer.currentTokenOf(family.id));
  });

  it('Nango 2494, infusionsoft 220, oh-my-pi 5116, fountain 2346: who lost a lease frees nobody else’s, and epoch 0 is somebody', async () => {
    const replica = await start();
    const { id, generation } = await recordOf(replica, await createLogin(replica, issuer.issue()));
    const store = new TypeOrmRefreshStore(database.dataSource, keyRing);
    const first = await store.claim(id, generation, { owner: 'slow', leaseMs: -1 });
    const second = await store.claim(id, generation, { owner: 'next', leaseMs: 60_000 });
    if (first === undefined || second === undefined) throw new Error('there are two claims');

    expect(await store.settle(first, { state: 'claimed', reason: 'late', isFailure: true })).toBe(false);
    expect(await store.markSent({ ...second, epoch: 0 }, 'k1:x', 1_000)).toBe(false);
    expect(await store.look(id)).toMatchObject({ isLeased: true, failures: 0 });
    expect(await store.claim(id, generation, { owner: 'third', leaseMs: 60_000 })).toBeUndefined();
  });

  it('n8n 37828, comp 3143: who gets no lock in time refreshes nothing without it', async () => {
    const replica = await start(issuedProvider(issuer), { waitMs: 200 });
    const { id, generation } = await recordOf(replica, await createLogin(replica, issuer.issue()));
    await storeOf(replica).claim(id, generation, { owner: 'stuck', leaseMs: 60_000 });

    await expect(replica.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ code: 'session.refresh-busy' });
    expect(issuer.calls).toEqual([]);
  });

  it('toolhive 5636, ADE 1137, maxx 587, dify 32174, yolop 286: nobody has a rotated token before it is stored', async () => {
    const replica = await start(issuedProvider(issuer), { storePauseMs: [5, 5] });
    const family = issuer.issue();
    const session = await createLogin(replica, family);
    const away = (): Promise<never> => Promise.reject(new MaestroError('database.unavailable', {}));
    const commit = jest.spyOn(storeOf(replica), 'commit').mockImplementation(away);
    let isAnswered = false;

    const answer = replica.maestro.refreshTokens('whole', 'login').finally(() => (isAnswered = true));
    await until(() => commit.mock.calls.length > 2);
    expect([isAnswered, readdirSync(spoolFolder)]).toEqual([false, [expect.any(String)]]);
    commit.mockRestore();
    await answer;

    expect(await storedToken(replica, session)).toBe(issuer.currentTokenOf(family.id));
    expect(readdirSync(spoolFolder)).toEqual([]);
  });

  it('codex 26516: a request that is given up cancels no save', async () => {
    const replica = await start();
    const family = issuer.issue();
    const session = await createLogin(replica, family);
    issuer.setLatency(150);
    const leaving = new AbortController();

    const left = replica.maestro.refreshTokens('whole', 'login', { signal: leaving.signal });
    await until(() => running(replica) > 0);
    leaving.abort();

    await expect(left).rejects.toMatchObject({ code: 'request.cancelled' });
    await replica.application.get(TokenRefresh, { strict: false }).settled();
    expect(await storedToken(replica, session)).toBe(issuer.currentTokenOf(family.id));
  });

  it('codex PR 26520: an answer without a refresh token leaves the stored one where it is', async () => {
    const replica = await start(issuedProvider(issuer, 'strict', { oauth: ForgetfulOAuth }));
    const family = issuer.issue();
    const session = await createLogin(replica, family);

    const { accessToken } = await replica.maestro.refreshTokens('whole', 'login');

    expect(accessToken.reveal()).toBe('access-without-more');
    expect(await storedToken(replica, session)).toBe(family.refreshToken);
  });

  it('claude-code 58066: a session is not refreshed twice in half the life of its token, unless the provider takes it no more', async () => {
    const replica = await start();
    const session = await createLogin(replica, issuer.issue());
    for (let round = 0; round < 20; round += 1) await replica.maestro.listModels('whole', 'oauth', 'login');
    expect(issuer.calls).toEqual([]);

    const issuedAt = new Date('2026-03-01T10:00:00Z');
    for (const seconds of [120, 600, 3_600, 28_800, 864_000]) {
      const next = nextRefreshAt({ sessionId: session.id, issuedAt, expiresAt: new Date(issuedAt.getTime() + seconds * 1_000) });
      expect(next.getTime() - issuedAt.getTime()).toBeGreaterThanOrEqual(Math.min(seconds / 2, 86_400) * 1_000);
    }
  });

  it('CLIProxyAPI 2937 and 2556: a quota that is used up, and one failure, do not end the refreshes', async () => {
    const replica = await start(issuedProvider(issuer, 'strict', { models: ExhaustedModels }));
    const session = await createLogin(replica, issuer.issue());
    await expect(replica.maestro.listModels('whole', 'oauth', 'login')).rejects.toMatchObject({ code: 'upstream.quota-exhausted' });
    issuer.failNext({ kind: 'unavailable' });
    await expect(replica.maestro.refreshTokens('whole', 'login')).rejects.toMatchObject({ code: 'upstream.overloaded' });

    // Its time comes again, and it is claimed and refreshed by itself.
    await database.dataSource.query('update saved_authentications set next_refresh_at = now()');
    const refresh = replica.application.get(TokenRefresh, { strict: false });
    for (const claim of await storeOf(replica).claimDue({ ...refresh.lease, limit: 1 })) await refresh.runClaimed(claim);

    expect(issuer.calls).toHaveLength(2);
    expect(await replica.sessions.get({ id: session.id })).toMatchObject({ status: 'active', lastRefreshAt: expect.any(Date) as Date });
  });

  it('CLIProxyAPI: a token file is never written in place, so that none is torn', async () => {
    const folder = join(spoolFolder, 'deep');
    const spool = new FileRefreshSpool(folder);
    const result = {
      attemptId: '6f0e0d3e-6bd4-4d3b-9a2e-1f4a7ad1c002',
      ...{ epoch: 1, fromVersion: 1, fingerprint: 'k1:abc', provider: 'whole', sessionId: '6f0e0d3e-6bd4-4d3b-9a2e-1f4a7ad1c001' },
      ...{ secret: { bytes: Buffer.alloc(200_000, 7), keyId: 'k1' }, issuedAt: new Date(), nextRefreshAt: new Date() },
    } as unknown as Parameters<FileRefreshSpool['write']>[0];
    await spool.write(result);
    const state = { isOver: false };
    const writing = Promise.all(Array.from({ length: 20 }, () => spool.write(result))).finally(() => (state.isOver = true));

    // Whoever looks, at any moment, finds it whole.
    do expect((await spool.list()).map(({ secret }) => secret.bytes.length)).toEqual([200_000]);
    while (!state.isOver);
    await writing;
  });

  it('the-maestro: what a token endpoint says in its refusals is in no log and no error', async () => {
    const replica = await start();
    await createLogin(replica, issuer.issue());
    const canary = 'canary-in-the-words-of-an-issuer';
    issuer.failNext({ kind: 'refused', error: canary, status: 400 });

    const error: unknown = await replica.maestro.refreshTokens('whole', 'login').catch((thrown: unknown) => thrown);

    expect(MaestroError.is(error)).toBe(true);
    expect(replica.log.lines.join('\n')).not.toContain(canary);
  });
});

/** An issuer's answer that holds an access token and nothing else. */
class ForgetfulOAuth extends WholeOAuth {
  override async refreshToken(): Promise<TokenSet> {
    const expiresAt = new Date(Date.now() + 3_600_000);
    return { accessToken: Secret.of('access-without-more'), tokenType: 'Bearer', expiresAt, isExpiryEstimated: false, extra: {} };
  }

  override async extractApiCredentials(tokens: TokenSet, previous: OAuthCredentials | undefined): Promise<OAuthCredentials> {
    return mergeTokens(tokens, previous);
  }
}

class ExhaustedModels extends WholeModels {
  override listModels(): Promise<never> {
    return Promise.reject(new MaestroError('upstream.quota-exhausted', { provider: 'whole' }));
  }
}
