import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { AuditNote } from '../../src/contracts/audit-event.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import type { SessionRecord } from '../../src/contracts/session.js';
import { SessionId } from '../../src/contracts/session.js';
import { SessionName } from '../../src/contracts/session-name.js';
import { transitions } from '../../src/core/sessions/session-lifecycle.js';
import type { NewSessionRecord, SecretChange, SessionStore } from '../../src/core/sessions/session-store.port.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { findByName } from '../../src/persistence/session-statements.js';
import { TypeOrmSessionStore } from '../../src/persistence/typeorm-session-store.js';
import { InMemorySessionStore } from '../support/in-memory-session-store.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';

const keys = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);
const note: AuditNote = { actor: 'c1', action: 'session.create' };
const openai = ProviderId.parse('openai');
const gemini = ProviderId.parse('gemini');

function aRecord(values: Partial<NewSessionRecord> = {}): NewSessionRecord {
  return {
    id: SessionId.of(randomUUID()),
    provider: openai,
    authType: 'api_key',
    name: SessionName.parse('work'),
    secret: { bytes: Buffer.from('sealed'), keyId: 'k1' },
    secretVersion: 1,
    ...values,
  };
}

function aSecretChange(values: Partial<SecretChange> = {}): SecretChange {
  return {
    secret: { bytes: Buffer.from('sealed anew'), keyId: 'k2' },
    secretVersion: 2,
    secretHint: null,
    expiresAt: null,
    baseUrl: null,
    ...values,
  };
}

/** All but the moment at which it was read. */
function lasting(record: SessionRecord | undefined): Partial<SessionRecord> {
  const { readAt: _readAt, ...lasts } = record ?? {};
  return lasts;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => {
  await database.close();
});

/** The tests' own store is held to the same promises, so that what is tested with it is worth something. */
describe.each([
  ['PostgreSQL', (): SessionStore => new TypeOrmSessionStore(database.dataSource, keys)],
  ['memory', (): SessionStore => new InMemorySessionStore()],
])('the session store in %s', (_where, makeStore) => {
  let store: SessionStore;
  beforeEach(async () => {
    await database.dataSource.query('truncate saved_authentications, session_tombstones cascade');
    store = makeStore();
  });

  it('gives back what was put in, and leaves out what was not', async () => {
    const bare = aRecord();
    const full = aRecord({
      name: SessionName.parse('full'),
      label: 'Team, "A" ✓',
      baseUrl: 'https://llm.example.test/v1',
      expiresAt: new Date('2031-02-03T04:05:06.789Z'),
      secretHint: '6789',
    });

    const [stored] = await Promise.all([store.insert(bare, note), store.insert(full, note)]);

    const made = ['createdAt', 'generation', 'issuedAt', 'status', 'updatedAt'];
    expect(Object.keys(lasting(stored)).sort()).toEqual([...Object.keys(bare), ...made].sort());
    expect(lasting(await store.findById(bare.id))).toEqual(lasting(stored));
    expect(await store.findById(full.id)).toMatchObject({ ...full, status: 'active', generation: 1 });
    expect(await store.findById(SessionId.of(randomUUID()))).toBeUndefined();
  });

  it('finds a name of one auth type, of both, and of no other provider', async () => {
    const key = await store.insert(aRecord(), note);
    const login = await store.insert(aRecord({ authType: 'oauth' }), note);
    await store.insert(aRecord({ provider: gemini }), note);
    const name = SessionName.parse('work');

    expect((await store.findByName(openai, name, 'oauth')).map(lasting)).toEqual([lasting(login)]);
    expect(await store.findByName(openai, name)).toHaveLength(2);
    expect((await store.findByName(openai, name)).map(lasting)).toEqual(expect.arrayContaining([lasting(key), lasting(login)]));
    expect(await store.findByName(openai, SessionName.parse('Work'))).toEqual([]);
  });

  it('takes a name once for each provider and auth type, whatever its case', async () => {
    await store.insert(aRecord(), note);

    await expect(store.insert(aRecord({ name: SessionName.parse('WORK') }), note)).rejects.toMatchObject({
      code: 'session.name-taken',
      parameters: { provider: 'openai', authType: 'api_key', name: 'WORK' },
    });
    await expect(store.insert(aRecord(), note)).rejects.toMatchObject({ code: 'session.name-taken' });
    await expect(store.insert(aRecord({ authType: 'oauth' }), note)).resolves.toMatchObject({ name: 'work' });
  });

  it('changes what is asked and nothing else, and raises the generation', async () => {
    const { id } = await store.insert(aRecord({ label: 'one', secretHint: '6789' }), note);

    const renamed = await store.change(id, 1, { name: SessionName.parse('Work') }, note);
    const blocked = await store.change(id, 2, { status: 'disabled', statusReason: 'by-hand' }, note);
    const bare = await store.change(id, 3, { label: null, statusReason: null }, note);

    expect(renamed).toMatchObject({ name: 'Work', label: 'one', generation: 2, status: 'active' });
    expect(blocked).toMatchObject({ name: 'Work', label: 'one', generation: 3, status: 'disabled', statusReason: 'by-hand' });
    expect(bare).toMatchObject({ name: 'Work', generation: 4, status: 'disabled', secretHint: '6789' });
    expect(bare).not.toHaveProperty('label');
    expect(bare).not.toHaveProperty('statusReason');
    expect(lasting(await store.findById(id))).toEqual(lasting(bare));
  });

  it('changes nothing where the generation has moved on or the row is gone', async () => {
    const { id } = await store.insert(aRecord(), note);
    await store.change(id, 1, { label: 'first' }, note);

    expect(await store.change(id, 1, { label: 'second' }, note)).toBeUndefined();
    expect(await store.change(id, 1, { name: SessionName.parse('second') }, note)).toBeUndefined();
    expect(await store.replaceSecret(id, 1, aSecretChange(), note)).toBeUndefined();
    expect(await store.change(SessionId.of(randomUUID()), 1, { name: SessionName.parse('other') }, note)).toBeUndefined();
    expect(await store.findById(id)).toMatchObject({ label: 'first', generation: 2, secretVersion: 1 });
  });

  it('refuses a rename to a name that is taken', async () => {
    await store.insert(aRecord(), note);
    const { id } = await store.insert(aRecord({ name: SessionName.parse('other') }), note);

    await expect(store.change(id, 1, { name: SessionName.parse('Work') }, note)).rejects.toMatchObject({
      code: 'session.name-taken',
      parameters: { provider: 'openai', authType: 'api_key', name: 'Work' },
    });
    expect(await store.findById(id)).toMatchObject({ name: 'other', generation: 1 });
  });

  it('replaces a secret with all that belongs to it, and sets the session going again', async () => {
    const { id } = await store.insert(aRecord({ secretHint: '6789', baseUrl: 'https://one.test', expiresAt: new Date(0) }), note);
    await store.change(id, 1, { status: 'reauth_required', statusReason: 'rotation-lost' }, note);

    const replaced = await store.replaceSecret(id, 2, aSecretChange({ secretHint: '4321' }), note);

    expect(replaced).toMatchObject({
      status: 'active',
      generation: 3,
      secretVersion: 2,
      secretHint: '4321',
      secret: { bytes: Buffer.from('sealed anew'), keyId: 'k2' },
    });
    for (const gone of ['statusReason', 'baseUrl', 'expiresAt']) expect(replaced).not.toHaveProperty(gone);
    expect(lasting(await store.findById(id))).toEqual(lasting(replaced));
  });

  it('deletes once, and frees the name', async () => {
    const { id } = await store.insert(aRecord(), note);

    expect(await store.delete(id, note)).toBe(true);
    expect(await store.delete(id, note)).toBe(false);
    expect(await store.findById(id)).toBeUndefined();
    await expect(store.insert(aRecord(), note)).resolves.toMatchObject({ name: 'work' });
  });

  it('lists page by page, each session once', async () => {
    const records = Array.from({ length: 7 }, (_, index) => aRecord({ name: SessionName.parse(`name-${String(index)}`) }));
    for (const record of records) await store.insert(record, note);
    const seen: string[] = [];
    let after: SessionId | undefined;
    do {
      const page = await store.list({ limit: 3, ...(after !== undefined && { after }) });
      expect(page.data.length).toBeLessThanOrEqual(3);
      seen.push(...page.data.map(({ id }) => id));
      after = page.nextCursor === undefined ? undefined : SessionId.of(page.nextCursor);
    } while (after !== undefined);

    expect(seen).toEqual(records.map(({ id }) => id).sort());
  });

  it('finds who carries a fingerprint, as long as it is of the secret that is there', async () => {
    const { id } = await store.insert(aRecord({ fingerprint: 'k1:aaa' }), note);
    await store.insert(aRecord({ name: SessionName.parse('other'), fingerprint: 'k1:bbb' }), note);
    const carriers = async (...prints: string[]): Promise<readonly string[]> =>
      (await store.findByFingerprint(prints)).map((row) => row.id);

    expect(await carriers('k0:zzz', 'k1:aaa')).toEqual([id]);
    expect(await carriers('k1:aaa', 'k1:bbb')).toHaveLength(2);
    await store.replaceSecret(id, 1, aSecretChange({ fingerprint: 'k1:ccc' }), note);
    expect(await carriers('k1:aaa')).toEqual([]);
    expect(await carriers('k1:ccc')).toEqual([id]);
    await store.replaceSecret(id, 2, aSecretChange({ secretVersion: 3 }), note);
    expect(await carriers('k1:ccc')).toEqual([]);
  });

  it('gives a fingerprint later, to the secret that it was made of only, and changes nothing else', async () => {
    const bare = await store.insert(aRecord(), note);
    const old = await store.insert(aRecord({ name: SessionName.parse('old'), fingerprint: 'k_:aaa' }), note);
    await store.insert(aRecord({ name: SessionName.parse('new'), fingerprint: 'k1:aaa' }), note);
    const sorted = [bare.id, old.id].sort();

    expect((await store.listWithoutFingerprint('k1:', 10)).map(({ id }) => id)).toEqual(sorted);
    expect(await store.listWithoutFingerprint('k1:', 1)).toMatchObject([{ id: sorted[0] }]);
    expect(await store.listWithoutFingerprint('k1:', 10, sorted[0])).toMatchObject([{ id: sorted[1] }]);
    expect(await store.setFingerprint(bare.id, 2, 'k1:bbb')).toBe(false);
    expect(await store.setFingerprint(bare.id, 1, 'k1:bbb')).toBe(true);
    expect((await store.findByFingerprint(['k1:bbb'])).map(lasting)).toEqual([lasting(bare)]);
  });

  it('keeps a session in the state that it comes in', async () => {
    const inserted = await store.insert(aRecord({ status: 'reauth_required', statusReason: 'rotation-lost' }), note);

    expect(inserted).toMatchObject({ status: 'reauth_required', statusReason: 'rotation-lost' });
  });

  it('tells the unreadable from all others by the keys that are at hand', async () => {
    await store.insert(aRecord({ name: SessionName.parse('gone'), secret: { bytes: Buffer.of(1), keyId: 'k9' } }), note);
    await store.insert(aRecord(), note);
    const names = async (status: 'active' | 'unreadable', keyIds?: readonly string[]): Promise<readonly string[]> =>
      (await store.list({ limit: 10, status, ...(keyIds !== undefined && { keyIds }) })).data.map(({ name }): string => name);

    expect(await names('unreadable', ['k0', 'k1'])).toEqual(['gone']);
    expect(await names('active', ['k0', 'k1'])).toEqual(['work']);
    expect(await names('unreadable')).toEqual([]);
    expect((await names('active')).length).toBe(2);
  });

  it('lists by provider, auth type and state, the expired apart from the active', async () => {
    const past = new Date(Date.now() - 60_000);
    const named = async (name: string, values: Partial<NewSessionRecord> = {}): Promise<SessionId> =>
      (await store.insert(aRecord({ name: SessionName.parse(name), ...values }), note)).id;
    await named('plain');
    await named('later', { expiresAt: new Date(Date.now() + 3_600_000) });
    await named('over', { expiresAt: past });
    await named('google', { provider: gemini });
    await named('login', { authType: 'oauth' });
    await store.change(await named('off', { expiresAt: past }), 1, { status: 'disabled' }, note);
    const names = async (filter: object): Promise<readonly string[]> =>
      (await store.list({ limit: 200, ...filter })).data.map(({ name }): string => name).sort();

    expect(await names({})).toEqual(['google', 'later', 'login', 'off', 'over', 'plain']);
    expect(await names({ provider: gemini })).toEqual(['google']);
    expect(await names({ authType: 'oauth' })).toEqual(['login']);
    expect(await names({ status: 'expired' })).toEqual(['over']);
    expect(await names({ status: 'disabled' })).toEqual(['off']);
    expect(await names({ status: 'active', provider: openai })).toEqual(['later', 'login', 'plain']);
  });
});

describe('the session store in PostgreSQL', () => {
  const store = (): TypeOrmSessionStore => new TypeOrmSessionStore(database.dataSource, keys);
  beforeEach(async () => {
    await database.dataSource.query('truncate saved_authentications, session_tombstones cascade');
  });

  it('lets one of fifty who change the same generation at the same time through', async () => {
    const { id } = await store().insert(aRecord(), note);

    const changed = await Promise.all(Array.from({ length: 50 }, (_, index) => store().change(id, 1, { label: String(index) }, note)));

    expect(changed.filter((record) => record !== undefined)).toHaveLength(1);
    expect(await store().findById(id)).toMatchObject({ generation: 2 });
  });

  it('leaves a tombstone without a secret', async () => {
    const { id } = await store().insert(aRecord({ secretHint: '6789' }), note);

    await store().delete(id, note);

    expect(await database.dataSource.query('select * from session_tombstones')).toEqual([
      { id, provider: 'openai', auth_type: 'api_key', name: 'work', created_at: expect.any(Date), deleted_at: expect.any(Date) },
    ]);
  });

  it('writes each change down with it, or neither', async () => {
    const log = new TypeOrmAuditLog(database.dataSource, keys);
    const before = (await log.verify()).checked;
    const { id } = await store().insert(aRecord(), { actor: 'c1', action: 'session.create' });
    await store().change(id, 1, { label: 'x' }, { actor: 'c2', action: 'session.change', detail: 'label' });
    await store().change(id, 1, { label: 'too late' }, { actor: 'c3', action: 'session.change' });
    await expect(store().insert(aRecord(), note)).rejects.toMatchObject({ code: 'session.name-taken' });
    await store().delete(id, { actor: 'c4', action: 'session.delete' });
    await store().delete(id, { actor: 'c5', action: 'session.delete' });

    const events = await log.list({ limit: 200, target: id });
    expect(events.map(({ actor, action, detail }) => [actor, action, detail])).toEqual([
      ['c4', 'session.delete', undefined],
      ['c2', 'session.change', 'label'],
      ['c1', 'session.create', undefined],
    ]);
    expect(await log.verify()).toMatchObject({ ok: true, checked: before + 3 });
  });

  it('changes nothing where it cannot be written down', async () => {
    const { id } = await store().insert(aRecord(), note);
    await database.dataSource.query(`alter table audit_events add constraint test_full check (actor <> 'c9') not valid`);

    await expect(store().change(id, 1, { label: 'x' }, { ...note, actor: 'c9' })).rejects.toMatchObject({ code: '23514' });
    await expect(store().delete(id, { ...note, actor: 'c9' })).rejects.toMatchObject({ code: '23514' });

    await database.dataSource.query('alter table audit_events drop constraint test_full');
    expect(await store().findById(id)).toMatchObject({ generation: 1 });
  });

  it('forgets old tombstones in batches, each process its own, and writes down which', async () => {
    for (let index = 0; index < 30; index += 1) {
      const { id } = await store().insert(aRecord(), note);
      await store().delete(id, note);
    }
    await database.dataSource.query(`update session_tombstones set deleted_at = now() - interval '31 days'
      where id in (select id from session_tombstones order by id limit 25)`);
    const before = new Date(Date.now() - 30 * 86_400_000);

    const counts = await Promise.all(Array.from({ length: 4 }, () => store().purgeTombstones(before, 10)));

    const rest = await store().purgeTombstones(before, 50);
    expect(counts.reduce((one, other) => one + other, rest)).toBe(25);
    expect(await database.dataSource.query('select count(*)::int as count from session_tombstones')).toEqual([{ count: 5 }]);
    const purged = await database.dataSource.query(
      `select count(distinct target)::int as count from audit_events where action = 'session.purge' and actor = 'system'`,
    );
    expect(purged).toEqual([{ count: 25 }]);
  });

  it('is held by the database to the states of the life of a session', async () => {
    const { deleted: _deleted, purged: _purged, ...stored } = transitions;
    const { id } = await store().insert(aRecord(), note);
    const setStatus = (status: string): Promise<unknown> =>
      database.dataSource.query('update saved_authentications set status = $2 where id = $1', [id, status]);

    for (const status of Object.keys(stored)) await expect(setStatus(status)).resolves.toBeDefined();
    for (const status of ['deleted', 'purged', 'expired', 'unreadable', 'refreshing', '']) {
      await expect(setStatus(status)).rejects.toMatchObject({ code: '23514' });
    }
  });

  it('keeps the row where the tombstone cannot be written', async () => {
    const { id } = await store().insert(aRecord(), note);
    await database.dataSource.query(
      `insert into session_tombstones select id, provider, auth_type, name, now(), now() from saved_authentications`,
    );

    await expect(store().delete(id, note)).rejects.toMatchObject({ code: '23505' });

    expect(await store().findById(id)).toBeDefined();
  });

  it('does not put an older secret over a newer one', async () => {
    const { id } = await store().insert(aRecord(), note);
    await store().replaceSecret(id, 1, aSecretChange({ secretVersion: 5 }), note);

    expect(await store().replaceSecret(id, 2, aSecretChange({ secretVersion: 5 }), note)).toBeUndefined();
  });

  it('fences a refresh that was under way when the secret is replaced', async () => {
    const { id } = await store().insert(aRecord(), note);
    await database.dataSource.query(
      `update saved_authentications set lease_owner = 'me', lease_epoch = 7, lease_until = now(), refresh_attempt_id = id,
         refresh_started_at = now(), refresh_failures = 3, next_refresh_at = now()`,
    );

    expect(await store().replaceSecret(id, 1, aSecretChange(), note)).not.toHaveProperty('nextRefreshAt');

    const rows = await database.dataSource.query(
      'select lease_owner, lease_epoch, lease_until, refresh_attempt_id, refresh_started_at, refresh_failures from saved_authentications',
    );
    expect(rows).toEqual([
      { lease_owner: null, lease_epoch: 8, lease_until: null, refresh_attempt_id: null, refresh_started_at: null, refresh_failures: 0 },
    ]);
  });

  it('notes when sessions served, never back in time, and touches nothing else', async () => {
    const { id } = await store().insert(aRecord(), note);
    const at = new Date('2030-01-01T00:00:00Z');

    await store().touch([id, SessionId.of(randomUUID())], at);
    await store().touch([id], new Date('2029-01-01T00:00:00Z'));

    expect(await store().findById(id)).toMatchObject({ lastUsedAt: at, generation: 1 });
  });

  it('finds a name by a prepared statement that uses the unique index', async () => {
    await database.dataSource.query(`insert into saved_authentications
      (id, provider, auth_type, name, credentials, key_id, secret_version, generation, status, lease_epoch, refresh_failures, created_at, updated_at)
      select gen_random_uuid(), 'openai', 'api_key', 'name-' || n, '\\x00', 'k', 1, 1, 'active', 0, 0, now(), now() from generate_series(1, 5000) n`);
    await database.dataSource.query('analyze saved_authentications');
    const client = database.dataSource.createQueryRunner();
    await client.query(`prepare look as ${findByName.text}`);

    const plan = JSON.stringify(await client.query(`explain execute look('openai', '{oauth,api_key}', 'name-77')`));
    await client.release();

    expect(plan).toContain('saved_authentications_provider_auth_type_name_index');
  });

  it('takes whatever text it is given as a value, never as a statement', async () => {
    const evil = `'; drop table saved_authentications; --`;

    const { id } = await store().insert(aRecord({ label: evil, baseUrl: evil, secretHint: evil }), note);

    expect(await store().findByName(evil as ProviderId, evil as SessionName)).toEqual([]);
    expect(await store().findById(id)).toMatchObject({ label: evil, baseUrl: evil });
  });
});

describe('the session store while the database is away', () => {
  it('goes on with new connections after all of them were cut, and says so where it cannot', async () => {
    const own = await freshDatabase();
    const store = new TypeOrmSessionStore(own.dataSource, keys);
    const { id } = await store.insert(aRecord(), note);
    await Promise.all(Array.from({ length: 10 }, () => store.findById(id)));
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${new URL(own.url).pathname.slice(1)}'`;

    await database.dataSource.query(cut);
    await expect(Promise.all(Array.from({ length: 10 }, () => store.findById(id)))).resolves.toHaveLength(10);

    await own.close();
    await expect(store.findById(id)).rejects.toMatchObject({ code: 'database.unavailable', isRetryable: true });
    await expect(store.insert(aRecord(), note)).rejects.toMatchObject({ code: 'database.unavailable' });
    await expect(store.touch([id], new Date())).resolves.toBeUndefined();
  });

  it('asks again what only reads where its connection is cut in the middle, and writes once', async () => {
    const own = await freshDatabase();
    const store = new TypeOrmSessionStore(own.dataSource, keys);
    const { id } = await store.insert(aRecord(), note);
    const blocker = own.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('lock table saved_authentications in access exclusive mode');
    const outcomes = Promise.allSettled([store.findById(id), store.change(id, 1, { label: 'x' }, note)]);

    // Asked from outside: within a transaction the answer stays what it was at first.
    const waiting = `select pid from pg_stat_activity where datname = '${new URL(own.url).pathname.slice(1)}' and wait_event_type = 'Lock'`;
    while ((await database.dataSource.query<unknown[]>(waiting)).length < 2) await delay(5);
    await database.dataSource.query(`select pg_terminate_backend(pid) from (${waiting}) as waiting`);
    await blocker.rollbackTransaction();
    await blocker.release();

    expect(await outcomes).toEqual([
      { status: 'fulfilled', value: expect.objectContaining({ id, generation: 1 }) },
      { status: 'rejected', reason: expect.objectContaining({ code: 'database.unavailable' }) },
    ]);
    await own.close();
  });

  it('is told so in time where a statement hangs', async () => {
    const own = await freshDatabase();
    const store = new TypeOrmSessionStore(own.dataSource, keys);
    const { id } = await store.insert(aRecord(), note);
    const blocker = own.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('lock table saved_authentications in access exclusive mode');

    await expect(store.change(id, 1, { label: 'x' }, note)).rejects.toMatchObject({ code: 'database.unavailable' });

    await blocker.rollbackTransaction();
    await blocker.release();
    await expect(store.findById(id)).resolves.toMatchObject({ id });
    await own.close();
  }, 30_000);
});
