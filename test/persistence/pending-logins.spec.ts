import { randomBytes, randomUUID } from 'node:crypto';

import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { PendingLogin } from '../../src/contracts/login.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import { SessionId } from '../../src/contracts/session.js';
import { SessionName } from '../../src/contracts/session-name.js';
import type { NewPendingLogin } from '../../src/core/login/pending-login.port.js';
import type { SealContext } from '../../src/core/sessions/secret-box.port.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { TypeOrmKeyRotation } from '../../src/persistence/encryption/typeorm-key-rotation.js';
import { TypeOrmLoginConsents } from '../../src/persistence/logins/typeorm-login-consents.js';
import { TypeOrmPendingLogins } from '../../src/persistence/logins/typeorm-pending-logins.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { TypeOrmSessionStore } from '../../src/persistence/typeorm-session-store.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';

const acme = ProviderId.parse('acme');
const keyText = ['k1', 'k2'].map((id) => `${id}=${randomBytes(32).toString('base64')}`).join(',');
const keys = KeyRing.parse(keyText, 'k1');
const rotated = KeyRing.parse(keyText, 'k2');
const box = new AesGcmSecretBox(keys);

const placeOf = (id: string): SealContext => ({
  table: 'pending_logins',
  column: 'secrets',
  rowId: id,
  provider: acme,
  authType: 'oauth',
  secretVersion: 1,
});

async function aLogin(special: Partial<NewPendingLogin> = {}): Promise<NewPendingLogin> {
  const id = randomUUID();
  return {
    id,
    provider: acme,
    name: SessionName.parse('work_login'),
    method: 'browser',
    callerId: 'c1',
    state: Secret.of(randomUUID()),
    secret: await box.seal(Secret.of('verifier'), placeOf(id)),
    lifeSeconds: 600,
    ...special,
  };
}

describe('logins between their two halves', () => {
  let database: TestDatabase;
  let logins: TypeOrmPendingLogins;
  beforeAll(async () => {
    database = await freshDatabase();
    await prepareDatabase(database.dataSource, keys);
    logins = new TypeOrmPendingLogins(database.dataSource, keys);
  });
  beforeEach(async () => {
    await database.dataSource.query('truncate pending_logins, finished_logins');
    await database.dataSource.query('delete from saved_authentications');
  });
  afterAll(() => database.close());

  const expire = (): Promise<unknown> => database.dataSource.query(`update pending_logins set expires_at = now() - interval '1 second'`);
  const trail = (): Promise<readonly unknown[]> => new TypeOrmAuditLog(database.dataSource, keys).list({ limit: 1 });

  it('are found by who began them and by nobody else', async () => {
    const login = await aLogin({ method: 'device', pollIntervalSeconds: 5 });
    const expiresAt = await logins.add(login, 5);

    const { state: _state, lifeSeconds: _life, secret, ...kept } = login;
    const found = { ...kept, secret: { ...secret, bytes: Buffer.from(secret.bytes) }, expiresAt, readAt: expect.any(Date) };
    expect(await logins.find(login.id, 'c1')).toEqual(found);
    expect(await logins.find(login.id, 'c2')).toBeUndefined();
    expect(await logins.take(login.id, 'c2')).toBeUndefined();
    expect(await logins.cancel(login.id, 'c2')).toBe(false);
  });

  it('are taken by one of twenty who come with the state at once, and leave no secret behind', async () => {
    const login = await aLogin();
    await logins.add(login, 5);
    const state = login.state ?? Secret.of('');

    const taken = await Promise.all(Array.from({ length: 20 }, () => logins.takeByState(state)));

    expect(taken.filter((each) => each !== undefined)).toMatchObject([{ id: login.id, callerId: 'c1' }]);
    expect(await database.dataSource.query('select * from pending_logins')).toEqual([]);
    expect(await logins.find(login.id, 'c1')).toMatchObject({ status: 'finishing', name: 'work_login' });
  });

  it('are not taken by another state, by an expired one, or once they are cancelled', async () => {
    const [one, two] = [await aLogin(), await aLogin()];
    await logins.add(one, 5);
    await logins.add(two, 5);
    expect(await logins.takeByState(Secret.of('another'))).toBeUndefined();
    expect(await logins.cancel(two.id, 'c1')).toBe(true);
    expect(await logins.takeByState(two.state ?? Secret.of(''))).toBeUndefined();
    await expire();
    expect(await logins.takeByState(one.state ?? Secret.of(''))).toBeUndefined();
    expect(await logins.take(one.id, 'c1')).toBeUndefined();
    expect(await logins.find(one.id, 'c1')).toBeUndefined();
    expect(await logins.purge()).toBe(1);
  });

  it('keep no state, and find it again when the key is another one', async () => {
    const login = await aLogin();
    await logins.add(login, 5);
    const state = login.state ?? Secret.of('');
    const [row] = await database.dataSource.query<Record<string, unknown>[]>('select row_to_json(p)::text as row from pending_logins p');
    expect(JSON.stringify(row)).not.toContain(state.reveal());

    const audit = new TypeOrmAuditLog(database.dataSource, rotated);
    await new TypeOrmKeyRotation({ dataSource: database.dataSource, keys: rotated, auditLog: audit }).rotate();
    const taken = await new TypeOrmPendingLogins(database.dataSource, rotated).takeByState(state);

    expect(taken?.secret.keyId).toBe('k2');
    const opened = await new AesGcmSecretBox(rotated).open(taken?.secret ?? login.secret, placeOf(login.id));
    expect(opened.reveal()).toBe('verifier');
  });

  it('are counted for each caller; expired ones do not count', async () => {
    await logins.add(await aLogin(), 2);
    await logins.add(await aLogin(), 2);
    await expect(logins.add(await aLogin(), 2)).rejects.toMatchObject({ code: 'login.too-many' });
    await expect(logins.admit(await aLogin(), 2)).rejects.toMatchObject({ code: 'login.too-many' });
    await logins.admit(await aLogin({ callerId: 'c2' }), 2);
    await logins.add(await aLogin({ callerId: 'c2' }), 2);
    await expire();
    await logins.add(await aLogin(), 2);
  });

  it('are not admitted for a name that another session has, in whatever case, unless that one logs in again', async () => {
    const id = SessionId.of(randomUUID());
    const session = { id, provider: acme, authType: 'oauth', name: SessionName.parse('Work_Login'), secretVersion: 1 } as const;
    const note = { actor: 'c1', action: 'session.create' } as const;
    await new TypeOrmSessionStore(database.dataSource, keys).insert({ ...session, secret: (await aLogin()).secret }, note);

    await expect(logins.admit(await aLogin(), 5)).rejects.toMatchObject({ code: 'session.name-taken' });
    const again = await aLogin({ sessionId: id, name: session.name });
    await logins.admit(again, 5);
    await logins.add(again, 5);
    expect(await logins.take(again.id, 'c1')).toMatchObject({ sessionId: id });
  });

  it('tell how they ended, to who began them and to the trail', async () => {
    const [one, two] = [await aLogin(), await aLogin()];
    const sessionId = SessionId.of(randomUUID());
    await logins.add(one, 5);
    await logins.add(two, 5);

    await logins.finish((await logins.take(one.id, 'c1')) as PendingLogin, { sessionId });
    expect(await trail()).toMatchObject([{ action: 'login.complete', target: one.id, related: sessionId, outcome: 'done', actor: 'c1' }]);
    const { code, message: detail } = new MaestroError('login.rejected', { provider: acme, reason: 'access_denied' });
    await logins.finish((await logins.take(two.id, 'c1')) as PendingLogin, { problem: { code, detail } });

    expect(await logins.find(one.id, 'c1')).toMatchObject({ status: 'done', sessionId });
    expect(await logins.find(two.id, 'c1')).toMatchObject({ status: 'failed', problem: { code, detail } });
    expect(await trail()).toMatchObject([{ action: 'login.complete', target: two.id, outcome: 'failed', detail: code }]);
    await database.dataSource.query(`update finished_logins set expires_at = now()`);
    expect(await logins.find(one.id, 'c1')).toBeUndefined();
    expect(await logins.purge()).toBe(2);
  });

  it('that nobody finishes any more have failed, and the trail says so when they are forgotten', async () => {
    const [lost, done] = [await aLogin(), await aLogin()];
    await logins.add(lost, 5);
    await logins.add(done, 5);
    await logins.take(lost.id, 'c1');
    await logins.finish((await logins.take(done.id, 'c1')) as PendingLogin, { sessionId: SessionId.of(randomUUID()) });
    const later = (minutes: number): Promise<unknown> =>
      database.dataSource.query(`update finished_logins set expires_at = expires_at - make_interval(mins => $1)`, [minutes]);
    await later(2);
    expect(await logins.find(lost.id, 'c1')).toMatchObject({ status: 'finishing' });
    await later(2);

    expect(await logins.find(lost.id, 'c1')).toMatchObject({
      status: 'failed',
      problem: { code: 'login.interrupted', detail: expect.stringContaining('begin a new login') },
    });
    expect(await logins.find(done.id, 'c1')).toMatchObject({ status: 'done' });
    await later(10);
    expect(await logins.purge()).toBe(2);
    expect(await trail()).toMatchObject([{ action: 'login.complete', target: lost.id, outcome: 'failed', detail: 'login.interrupted' }]);
    expect(await logins.purge()).toBe(0);
  });

  it('are polled by one at a time, and never sooner than the issuer wants', async () => {
    const login = await aLogin({ method: 'device', pollIntervalSeconds: 5 });
    await logins.add(login, 5);
    expect(await logins.claimPoll(login.id, 30)).toBe(false);
    await database.dataSource.query('update pending_logins set next_poll_at = now()');
    const claims = await Promise.all(Array.from({ length: 10 }, () => logins.claimPoll(login.id, 30)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await logins.pollLater(login.id, 10);
    expect(await logins.find(login.id, 'c1')).toMatchObject({ pollIntervalSeconds: 10 });
    expect(await logins.claimPoll(login.id, 30)).toBe(false);
  });
});

describe('accepted terms', () => {
  it('are kept once, with who was the first, and stand in the trail', async () => {
    const database = await freshDatabase();
    try {
      await prepareDatabase(database.dataSource, keys);
      const consents = new TypeOrmLoginConsents(database.dataSource, keys);
      expect(await consents.find(acme, '2026-03-01')).toBeUndefined();
      const first = await consents.record(acme, '2026-03-01', 'admin');
      expect(first).toEqual({ provider: 'acme', termsDate: '2026-03-01', acceptedBy: 'admin', acceptedAt: expect.any(Date) });
      expect(await consents.record(acme, '2026-03-01', 'local')).toEqual(first);
      expect(await new TypeOrmAuditLog(database.dataSource, keys).list({ limit: 9, target: 'acme' })).toMatchObject([
        { action: 'login.consent', actor: 'admin', target: 'acme', detail: '2026-03-01' },
      ]);
    } finally {
      await database.close();
    }
  });
});
