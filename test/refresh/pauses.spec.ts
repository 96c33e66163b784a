import { randomBytes } from 'node:crypto';

import { WholeOAuth } from '../extension/fixtures/whole-behaviours.js';
import type { SessionRecord } from '../../src/contracts/session.js';
import { RefreshStore } from '../../src/core/refresh/refresh-store.port.js';
import { TokenRefresh } from '../../src/core/refresh/token-refresh.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { createLogin, issuedProvider, startReplica, tokensOf } from '../support/refreshing-maestro.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { startMaestro } from '../support/start-maestro.js';
import { wholeProvider } from '../support/whole-provider.js';

let database: TestDatabase;
let issuer: RunningIssuer;
let replica: RunningMaestro;
beforeAll(async () => {
  database = await freshDatabase();
  issuer = await startIssuer({ rotation: 'strict' });
  const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);
  replica = await startReplica({ database, keyRing, provider: issuedProvider(issuer), times: { random: () => 1 } });
});
afterAll(async () => {
  await replica.close();
  await issuer.close();
  await database.close();
});

async function cutOff(name: string): Promise<SessionRecord> {
  const session = await createLogin(replica, issuer.issue(), name);
  issuer.failNext({ kind: 'reset', afterRotation: true });
  await expect(replica.maestro.refreshTokens('whole', name)).rejects.toMatchObject({ category: 'upstream' });
  const state = await store().look(session.id);
  if (state === undefined) throw new Error('it is gone');
  return state.record;
}

function store(): RefreshStore {
  return replica.application.get<unknown, RefreshStore>(RefreshStore, { strict: false });
}

describe('a login whose last refresh was cut off', () => {
  it('is asked for by whoever says so, also while a refresh runs that only puts it off', async () => {
    const refresh = replica.application.get(TokenRefresh, { strict: false });
    const record = await cutOff('put_off');
    await database.dataSource.query('update saved_authentications set next_refresh_at = now() where id = $1', [record.id]);
    const [claim] = await store().claimDue({ ...refresh.lease, limit: 1 });
    const before = issuer.calls.length;

    const ahead = claim && refresh.runClaimed(claim);
    await expect(refresh.ensureFresh(record, 'manual')).rejects.toMatchObject({ code: 'session.reauth-required' });
    await ahead;

    expect(issuer.calls).toHaveLength(before + 1);
  });

  it('is asked for once where its access token is not taken any more, and pauses like any other after that', async () => {
    const refresh = replica.application.get(TokenRefresh, { strict: false });
    const record = await cutOff('not_taken');
    const before = issuer.calls.length;
    issuer.failNext({ kind: 'reset' });

    await expect(refresh.ensureFresh(record, 'due')).rejects.toMatchObject({ code: 'session.refresh-paused' });
    await expect(refresh.ensureFresh(record, 'rejected')).rejects.toMatchObject({ category: 'upstream' });
    const again = refresh.ensureFresh(record, 'rejected');

    await expect(again).rejects.toMatchObject({ code: 'session.refresh-paused', parameters: { failures: 2 } });
    expect(issuer.calls).toHaveLength(before + 1);
  });
});

describe('a login without a refresh token', () => {
  it('is not refreshed, and gets no time for it', async () => {
    const { refreshToken: _none, ...credentials } = tokensOf(issuer.issue());
    const { id } = await replica.sessions.create({ provider: 'whole', authType: 'oauth', name: 'without', credentials });

    await expect(replica.maestro.refreshTokens('whole', 'without')).rejects.toMatchObject({ code: 'operation.unsupported' });

    const session = await replica.sessions.get({ id });
    expect(session).not.toHaveProperty('nextRefreshAt');
    expect(await store().look(id)).toMatchObject({ failures: 0, isLeased: false });
  });
});

describe('a login that its provider forgets where nobody uses it', () => {
  it('is due in half that time from the first day on', async () => {
    const login = { methods: ['browser'], rotation: 'strict', defaultLifetimeSeconds: 3_600, refreshIdleDays: 1 } as const;
    const running = await startMaestro({ providers: [wholeProvider({ oauth: WholeOAuth, login })] });
    const session = await createLogin(running, issuer.issue(), 'idle', 30 * 86_400);
    await running.close();

    const hours = ((session.nextRefreshAt?.getTime() ?? 0) - session.createdAt.getTime()) / 3_600_000;
    expect(Math.round(hours)).toBe(12);
  });
});
