import { randomBytes, randomUUID } from 'node:crypto';

import { ProviderId } from '../../src/contracts/provider-id.js';
import type { SessionRecord } from '../../src/contracts/session.js';
import { SessionId } from '../../src/contracts/session.js';
import { SessionName } from '../../src/contracts/session-name.js';
import type { RefreshClaim, RefreshCommit } from '../../src/core/refresh/refresh-store.port.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { TypeOrmRefreshStore } from '../../src/persistence/refresh/typeorm-refresh-store.js';
import { TypeOrmRevocationOutbox } from '../../src/persistence/refresh/typeorm-revocation-outbox.js';
import { TypeOrmSessionStore } from '../../src/persistence/typeorm-session-store.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';

const keys = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);
const minute = { owner: 'replica-1', leaseMs: 60_000 };
const provider = ProviderId.parse('openai');
const note = { actor: 'c1', action: 'session.create' } as const;
const statuses = {
  active: 'active',
  needs_attention: 'active',
  exhausted: 'active',
  reauth_required: 'active',
  disabled: 'disabled',
} as const;

let database: TestDatabase;
let store: TypeOrmRefreshStore;
let sessions: TypeOrmSessionStore;
beforeAll(async () => {
  database = await freshDatabase();
  store = new TypeOrmRefreshStore(database.dataSource, keys);
  sessions = new TypeOrmSessionStore(database.dataSource, keys);
});
beforeEach(async () => {
  await database.dataSource.query('truncate saved_authentications, refresh_attempts, orphaned_grants, pending_revocations cascade');
});
afterAll(() => database.close());

async function aLogin(next = new Date(Date.now() - 1000), of = provider): Promise<SessionRecord> {
  const secret = { bytes: Buffer.from('sealed'), keyId: 'k1' };
  const name = SessionName.parse(`login_${randomBytes(4).toString('hex')}`);
  const fields = { provider: of, authType: 'oauth', name, secret, secretVersion: 1, nextRefreshAt: next } as const;
  return sessions.insert({ id: SessionId.of(randomUUID()), ...fields }, note);
}

async function claimed(record: SessionRecord, lease = minute): Promise<RefreshClaim> {
  const claim = await store.claim(record.id, record.generation, lease);
  if (claim === undefined) throw new Error('not claimed');
  return claim;
}

function resultOf({ record, attemptId, epoch }: RefreshClaim, special: Partial<RefreshCommit> = {}): RefreshCommit {
  const secret = { bytes: Buffer.from('renewed'), keyId: 'k1' };
  const times = { expiresAt: new Date('2031-01-01'), issuedAt: new Date('2030-01-01'), nextRefreshAt: new Date('2030-06-01') };
  return {
    attemptId,
    sessionId: record.id,
    epoch,
    fromVersion: record.secretVersion,
    secret,
    fingerprint: 'k1:new',
    statuses,
    ...times,
    ...special,
  };
}

async function ledger(): Promise<readonly unknown[]> {
  const rows = await database.dataSource.query<{ state: string; reason: string | null }[]>(
    'select state, reason from refresh_attempts order by claimed_at',
  );
  return rows.map(({ state, reason }) => (reason === null ? state : `${state}: ${reason}`));
}

describe('the lease of a session', () => {
  it('is had by one of many who ask for it at once', async () => {
    const record = await aLogin();

    const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim(record.id, record.generation, minute)));

    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(await ledger()).toEqual(['claimed']);
    expect(await store.look(record.id)).toMatchObject({ isLeased: true, failures: 0 });
  });

  it('is not had for another generation, for a key, or in a state that is not refreshed', async () => {
    const record = await aLogin();
    expect(await store.claim(record.id, record.generation + 1, minute)).toBeUndefined();
    await database.dataSource.query(`update saved_authentications set auth_type = 'api_key'`);
    expect(await store.claim(record.id, record.generation, minute)).toBeUndefined();
    await database.dataSource.query(`update saved_authentications set auth_type = 'oauth', status = 'disabled'`);
    expect(await store.claim(record.id, record.generation, minute)).toBeUndefined();
    expect(await store.look(SessionId.of(randomUUID()))).toBeUndefined();
  });

  it('goes to the next one when it ends, and whoever had it can neither send, nor renew, nor settle', async () => {
    const record = await aLogin();
    const first = await claimed(record, { owner: 'slow', leaseMs: -1 });
    const second = await claimed(record);

    expect(second.epoch).toBe(first.epoch + 1);
    expect(await store.markSent(first, 'k1:old', 1000)).toBe(false);
    expect(await store.renew(first, 1000)).toBe(false);
    expect(await store.settle(first, { state: 'claimed', reason: 'late', isFailure: true })).toBe(false);
    expect(await store.renew(second, 1000)).toBe(true);
    expect(await store.look(record.id)).toMatchObject({ isLeased: true, failures: 0 });
  });

  it('tells the next one that a token was sent and nobody knows how that ended', async () => {
    const record = await aLogin();
    const first = await claimed(record, { owner: 'killed', leaseMs: 1000 });
    expect(first).not.toHaveProperty('unsettledSince');
    expect(await store.markSent(first, 'k1:old', -1)).toBe(true);

    const second = await claimed(record, { owner: 'next', leaseMs: 0 });

    expect(second.unsettledSince).toBeInstanceOf(Date);
    expect(await ledger()).toEqual(['unknown: abandoned', 'claimed']);
    await store.settle(second, { state: 'claimed', reason: 'postponed', isFailure: false, pauseMs: 0 });
    expect((await claimed(record)).unsettledSince).toEqual(second.unsettledSince);
  });

  it('counts once more where the token was sent and its holder is still connected, and not where he is gone', async () => {
    const record = await aLogin();
    await store.markSent(await claimed(record), 'k1:old', -1);

    expect(await store.claim(record.id, record.generation, minute)).toBeUndefined();
    expect(await store.claimDue({ ...minute, limit: 1 })).toEqual([]);
    await database.dataSource.query(`update saved_authentications set lease_owner = 'killed#0'`);

    expect(await store.claim(record.id, record.generation, minute)).toMatchObject({ unsettledSince: expect.any(Date) });
  });

  it('brings the session’s time near when a token is sent, so that a holder who vanishes is found out without anybody asking', async () => {
    const record = await aLogin(new Date('2031-01-01'));
    await store.markSent(await claimed(record), 'k1:old', 60_000);
    expect(await store.claimDue({ ...minute, limit: 1 })).toEqual([]);
    await database.dataSource.query(
      `update saved_authentications set lease_until = now() - interval '2 min', next_refresh_at = next_refresh_at - interval '2 min'`,
    );

    expect(await store.claimDue({ ...minute, limit: 1 })).toMatchObject([{ record: { id: record.id }, unsettledSince: expect.any(Date) }]);
  });

  it('is ended by new credentials and by a delete, so that what comes after is told', async () => {
    const record = await aLogin();
    const claim = await claimed(record);
    const secret = { bytes: Buffer.from('another login'), keyId: 'k1' };
    const change = { secret, secretVersion: 2, secretHint: null, expiresAt: null, baseUrl: null };
    await sessions.replaceSecret(record.id, record.generation, change, note);

    expect(await store.markSent(claim, 'k1:old', 1000)).toBe(false);
    expect(await store.commit(resultOf(claim))).toEqual({ outcome: 'superseded' });
    await sessions.delete(record.id, note);
    expect(await store.commit(resultOf(claim))).toEqual({ outcome: 'gone' });
  });
});

describe('sessions whose time has come', () => {
  it('are claimed once, the oldest first, without those that are left out', async () => {
    const gemini = ProviderId.parse('gemini');
    const [old, older] = [await aLogin(new Date(Date.now() - 5000)), await aLogin(new Date(Date.now() - 9000))];
    await aLogin(new Date(Date.now() + 60_000));
    const other = await aLogin(undefined, gemini);

    const request = { ...minute, limit: 16, excluding: [gemini] };
    const [one, two] = await Promise.all([store.claimDue(request), store.claimDue(request)]);

    expect([...one, ...two].map(({ record }) => record.id).sort()).toEqual([old.id, older.id].sort());
    expect((await store.claimDue({ ...minute, limit: 1 })).map(({ record }) => record.id)).toEqual([other.id]);
    expect(await store.claimDue({ ...minute, limit: 1 })).toEqual([]);
  });
});

describe('the result of a refresh', () => {
  it('is stored with the next version and generation, ends the lease and heals the session', async () => {
    const record = await aLogin();
    const claim = await claimed(record);
    await store.settle(claim, { state: 'rejected', reason: 'odd', isFailure: true, status: 'needs_attention', statusReason: 'odd' });
    const again = await store.claim(record.id, record.generation + 1, minute);
    if (again === undefined) throw new Error('not claimed');
    expect(again).toMatchObject({ failures: 1, record: { status: 'needs_attention', statusReason: 'odd' } });
    await store.markSent(again, 'k1:old', 1000);
    const replaced = { id: again.attemptId, sessionId: record.id, provider, secret: record.secret, secretVersion: 1 };

    const outcome = await store.commit(resultOf(again, { replaced }));

    expect(outcome).toMatchObject({ outcome: 'stored', record: { secretVersion: 2, generation: record.generation + 2, status: 'active' } });
    expect(await store.look(record.id)).toMatchObject({ isLeased: false, failures: 0, record: { lastRefreshAt: expect.any(Date) } });
    expect(await ledger()).toEqual(['rejected: odd', 'stored']);
    expect(await database.dataSource.query('select reason, secret_version from orphaned_grants')).toEqual([
      { reason: 'replaced', secret_version: 1 },
    ]);
  });

  it('is known to be stored when the answer got lost and it is told again', async () => {
    const claim = await claimed(await aLogin());
    const first = await store.commit(resultOf(claim));

    const second = await store.commit(resultOf(claim));

    expect(second).toMatchObject({ outcome: 'stored', record: { secretVersion: 2 } });
    expect(first).toMatchObject({ record: { generation: 2 } });
    expect(second).toMatchObject({ record: { generation: 2 } });
  });

  it('survives a rename and a lost lease, and leaves the lease of the next one alone', async () => {
    const record = await aLogin();
    const claim = await claimed(record, { owner: 'slow', leaseMs: -1 });
    const renamed = await sessions.change(record.id, record.generation, { name: SessionName.parse('renamed') }, note);
    const next = await claimed(renamed ?? record);

    expect(await store.commit(resultOf(claim))).toMatchObject({ outcome: 'stored', record: { name: 'renamed', secretVersion: 2 } });
    expect(await store.look(record.id)).toMatchObject({ isLeased: true });
    expect(await store.commit(resultOf(next))).toEqual({ outcome: 'superseded' });
  });

  it('does not switch a session on that was switched off meanwhile', async () => {
    const record = await aLogin();
    const claim = await claimed(record);
    await sessions.change(record.id, record.generation, { status: 'disabled' }, note);

    expect(await store.markSent(claim, 'k1:old', 1000)).toBe(false);
    expect(await store.commit(resultOf(claim))).toMatchObject({ outcome: 'stored', record: { status: 'disabled', secretVersion: 2 } });
  });

  it('that came too late is kept once, and written down', async () => {
    const record = await aLogin();
    const claim = await claimed(record);
    const grant = { id: claim.attemptId, sessionId: record.id, provider, secret: record.secret, secretVersion: 2 };

    for (let times = 0; times < 2; times += 1) await store.keepOrphan(grant, { actor: 'system', action: 'session.orphan' });

    expect(await database.dataSource.query(`select 1 from audit_events where action = 'session.orphan'`)).toHaveLength(1);
    expect(await ledger()).toEqual(['stored: orphaned']);
    expect(await store.purge(new Date(Date.now() + 1000), new Date(Date.now() + 1000), 500)).toBe(1);
    expect(await ledger()).toEqual([]);
  });
});

describe('the ledger', () => {
  it('counts days, hours and equal failures since the last success or login, without those of our set-up', async () => {
    const { id } = await aLogin();
    const insert = (hoursAgo: number, state: string, reason: string | null): Promise<unknown> =>
      database.dataSource.query(
        `insert into refresh_attempts (attempt_id, session_id, generation, state, reason, replica, claimed_at)
         values (gen_random_uuid(), $1, 1, $2, $3, 'r', clock_timestamp() - $4 * interval '1 hour')`,
        [id, state, reason, hoursAgo],
      );
    await insert(500, 'rejected', 'before');
    await insert(400, 'stored', null);
    for (const hours of [96, 72, 48, 24]) await insert(hours, 'rejected', hours > 50 ? 'away' : 'odd');
    await insert(1, 'claimed', 'postponed');
    await insert(300, 'rejected', 'oauth.misconfigured');
    const ask = (reason: string, of = id): Promise<unknown> => store.history(of, reason, ['oauth.misconfigured']);
    expect(await ask('odd')).toMatchObject({ days: 0 });
    await database.dataSource.query(`update saved_authentications set issued_at = now() - interval '1 year'`);

    const { days, hours, same, sameHours } = await store.history(id, 'odd', ['oauth.misconfigured']);

    expect([days, Math.round(hours), same, Math.round(sameHours)]).toEqual([4, 96, 2, 48]);
    expect(await ask('odd', SessionId.of(randomUUID()))).toEqual({ days: 0, hours: 0, same: 0, sameHours: 0 });
  });
});

describe('the outbox of revocations', () => {
  it('takes in what a delete leaves behind in the same transaction, and gives it out when its time has come', async () => {
    const outbox = new TypeOrmRevocationOutbox(database.dataSource, keys);
    const record = await aLogin();
    const revocation = {
      ...{ id: randomUUID(), sessionId: record.id, provider, secret: record.secret, secretVersion: 1 },
      ...{ actor: 'c1', attempts: 0 },
    };

    expect(await sessions.delete(record.id, note, { secretVersion: 2, revocation })).toBe(false);
    expect(await sessions.delete(record.id, note, { secretVersion: 1, revocation })).toBe(true);
    await outbox.add(revocation);

    expect(await outbox.take(10)).toEqual([]);
    await database.dataSource.query('update pending_revocations set next_at = now()');
    expect(await outbox.take(10)).toEqual([{ ...revocation, attempts: 1 }]);
    expect(await outbox.take(10)).toEqual([]);
    for (let times = 0; times < 2; times += 1) await outbox.remove(revocation, { actor: 'c1', action: 'session.revoke' });
    expect(await database.dataSource.query(`select 1 from audit_events where action = 'session.revoke'`)).toHaveLength(1);
  });
});
