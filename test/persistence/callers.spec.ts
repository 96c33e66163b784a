import { Readable } from 'node:stream';

import { Logger } from '@nestjs/common';

import type { Caller } from '../../src/contracts/caller.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import type { SessionRecord } from '../../src/contracts/session.js';
import { SessionName } from '../../src/contracts/session-name.js';
import { callerKeyFromText, textFromCallerKey } from '../../src/core/access/caller-key.js';
import { TypeOrmArchive } from '../../src/persistence/archive/typeorm-archive.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { TypeOrmCallerStore } from '../../src/persistence/callers/typeorm-caller-store.js';
import { createDataSource } from '../../src/persistence/create-data-source.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { TypeOrmKeyRotation } from '../../src/persistence/encryption/typeorm-key-rotation.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { TypeOrmSessionStore } from '../../src/persistence/typeorm-session-store.js';
import { aSessionRecord } from '../support/a-session.js';
import { adminKey, callersOver } from '../support/callers.js';
import { codeOf } from '../support/code-of.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { aKey } from '../support/rotation.js';

const keyText = `old=${aKey()},new=${aKey()}`;
const onOld = KeyRing.parse(keyText, 'old');
const onNew = KeyRing.parse(keyText, 'new');
const newOnly = KeyRing.parse(keyText.split(',')[1] ?? '');
const made = { actor: 'c1', action: 'session.create' } as const;

let database: TestDatabase;
let sessions: TypeOrmSessionStore;
let core: ReturnType<typeof callersOver>;
beforeAll(async () => {
  database = await freshDatabase();
  await prepareDatabase(database.dataSource, onOld);
  ({ sessions, ...core } = processOver(database, onOld));
});
afterEach(() => database.dataSource.query('delete from callers; delete from saved_authentications'));
afterAll(() => database.close());

function processOver({ dataSource }: Pick<TestDatabase, 'dataSource'>, keys: KeyRing) {
  const store = new TypeOrmSessionStore(dataSource, keys);
  const callers = new TypeOrmCallerStore(dataSource, keys);
  return { sessions: store, ...callersOver({ callers, sessions: store, box: new AesGcmSecretBox(keys) }) };
}

async function aSession(name: string, ownerId?: string): Promise<SessionRecord> {
  const { id, provider, authType } = aSessionRecord({ provider: ProviderId.parse('whole') });
  const place = { table: 'saved_authentications', column: 'credentials', rowId: id, provider, authType, secretVersion: 1 };
  const secret = await new AesGcmSecretBox(onOld).seal(Secret.of('{}'), place);
  const owner = ownerId === undefined ? {} : { ownerId };
  return sessions.insert({ id, provider, authType, name: SessionName.parse(name), secret, secretVersion: 1, ...owner }, made);
}

const rows = (table: string): Promise<readonly Record<string, unknown>[]> => database.dataSource.query(`select * from ${table}`);
const who = (key: string, { keys } = core): Promise<Caller> => keys.callerOf(key, adminKey);

describe('callers in the database', () => {
  it('come back as they were made, and nothing in any table holds the key', async () => {
    const expiresAt = new Date('2030-01-01T00:00:00Z');
    const limits = { streams: 3, requestsPerMinute: 90 };
    const { account, key } = await core.callers.create({ name: 'Team_1', scopes: ['chat', 'admin'], expiresAt, limits });
    const { id } = await aSession('work_1', account.id);
    const grant = await core.callers.grant('team_1', { provider: 'whole', authType: 'oauth', name: 'work_*' });
    await core.callers.setDefault('team_1', 'whole', 'work_1');

    const kept = await core.callers.get('TEAM_1');

    expect(kept).toMatchObject({ name: 'Team_1', scopes: ['chat', 'admin'], expiresAt, limits, defaults: { whole: id } });
    expect(kept.grants).toEqual([
      { id: expect.any(String), provider: 'whole', authType: 'api_key', name: 'work_1', sessionId: id },
      { ...grant, provider: 'whole', authType: 'oauth', name: 'work_*' },
    ]);
    expect((await core.callers.list()).data).toEqual([kept]);
    expect(await who(key.reveal())).toMatchObject({ id: account.id, grants: kept.grants, defaults: { whole: id }, limits });
    const secret = callerKeyFromText(key.reveal())?.secret.reveal() ?? '';
    const everything = await Promise.all(['callers', 'caller_grants', 'audit_events'].map(rows));
    expect(JSON.stringify(everything)).not.toContain(secret);
    expect(JSON.stringify(everything)).not.toContain(Buffer.from(secret).toString('hex'));
  });

  it('have one name each, whoever comes first, and it is free when they are revoked', async () => {
    const names = ['same', 'Same', 'SAME', 'sAmE'];
    const outcomes = await Promise.all(names.map((name) => codeOf(core.callers.create({ name }))));
    expect(outcomes.filter((code) => code === 'caller.name-taken')).toHaveLength(3);
    await core.callers.revoke('same');
    expect(await codeOf(core.callers.create({ name: 'same' }))).toBe('nothing was thrown');
    expect(await rows('callers')).toHaveLength(2);
  });

  it('are paged by id', async () => {
    for (const name of ['one_1', 'two_2', 'three']) await core.callers.create({ name });
    const first = await core.callers.list({ limit: 2 });
    const last = await core.callers.list({ limit: 2, cursor: first.nextCursor ?? '' });
    expect([...first.data, ...last.data].map(({ name }) => name).sort()).toEqual(['one_1', 'three', 'two_2']);
    expect(last).not.toHaveProperty('nextCursor');
  });

  it('that are revoked open nothing from the next request on, on another replica as well', async () => {
    const { key } = await core.callers.create({ name: 'team' });
    const otherSource = await createDataSource({ url: database.url });
    await otherSource.initialize();
    const other = processOver({ dataSource: otherSource }, onOld);
    await who(key.reveal(), other);

    await core.callers.revoke('team');

    expect(await codeOf(who(key.reveal(), other))).toBe('caller.key-invalid');
    expect(await codeOf(who(key.reveal()))).toBe('caller.key-invalid');
    await otherSource.destroy();
  });

  it('that are granted something while they are revoked end without it', async () => {
    const { account } = await core.callers.create({ name: 'team' });
    const grants = Array.from({ length: 8 }, (_, index) =>
      codeOf(core.callers.grant(account.id, { provider: 'whole', name: `work_${String(index)}` })),
    );
    const outcomes = await Promise.all([...grants, codeOf(core.callers.revoke(account.id))]);

    expect(outcomes.filter((code) => code !== 'nothing was thrown' && code !== 'caller.not-found')).toEqual([]);
    expect(await rows('caller_grants')).toEqual([]);
    expect((await core.callers.get(account.id)).grants).toEqual([]);
  });

  it('that are granted the same from all sides hold it once', async () => {
    await core.callers.create({ name: 'team' });
    const kept = await Promise.all(Array.from({ length: 8 }, () => core.callers.grant('team', { provider: 'whole', name: 'work_1' })));

    expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
    const { id } = await core.callers.get('team');
    const granted = (await rows('audit_events')).filter(({ action, target }) => action === 'caller.grant' && target === id);
    expect(granted).toHaveLength(1);
    await core.callers.revokeGrant('team', kept[0]?.id ?? '');
    expect(await rows('caller_grants')).toEqual([]);
  });

  it('are noted as used once, however many processes serve them', async () => {
    const { account } = await core.callers.create({ name: 'team' });
    const store = new TypeOrmCallerStore(database.dataSource, onOld);
    const at = (second: number): Date => new Date(`2026-03-01T10:00:${String(second).padStart(2, '0')}Z`);
    await store.touch(account.id, at(0));
    await store.touch(account.id, at(59));
    expect((await core.callers.get('team')).lastUsedAt).toEqual(at(0));
  });
});

describe('a session', () => {
  it('is granted to who makes it, through a rename, and to nobody who gets its name later', async () => {
    const { account, key } = await core.callers.create({ name: 'maker', scopes: ['sessions:write'] });
    const record = await aSession('mine', account.id);
    await core.callers.setDefault('maker', 'whole', 'mine');
    await sessions.change(record.id, record.generation, { name: SessionName.parse('renamed') }, { ...made, action: 'session.change' });
    expect((await who(key.reveal())).grants).toMatchObject([{ name: 'renamed', sessionId: record.id }]);

    await sessions.delete(record.id, { ...made, action: 'session.delete' });
    await aSession('mine');

    expect(await who(key.reveal())).toMatchObject({ grants: [], defaults: {} });
  });

  it('is there without a grant where its maker was revoked on the way, and not there at all where it fails', async () => {
    const { account } = await core.callers.create({ name: 'maker' });
    await aSession('first', account.id);
    expect(await codeOf(aSession('FIRST', account.id))).toBe('session.name-taken');
    expect(await rows('caller_grants')).toHaveLength(1);
    await core.callers.revoke('maker');
    await aSession('second', account.id);
    expect(await rows('caller_grants')).toEqual([]);
    expect(await rows('saved_authentications')).toHaveLength(2);
  });

  it('that goes away while it becomes a default becomes none', async () => {
    const { account } = await core.callers.create({ name: 'team' });
    const store = new TypeOrmCallerStore(database.dataSource, onOld);
    const note = { actor: 'c1', action: 'caller.set-default' } as const;
    expect(await store.setDefault(account.id, 'whole', '11111111-2222-4333-8444-555555555555', note)).toBe(false);
    expect(await rows('caller_defaults')).toEqual([]);
  });
});

describe('keys', () => {
  it('survive a rotation of the encryption keys, and need the old one no more', async () => {
    const { account, key } = await core.callers.create({ name: 'team' });
    const auditLog = new TypeOrmAuditLog(database.dataSource, onNew);
    await prepareDatabase(database.dataSource, onNew);
    await new TypeOrmKeyRotation({ dataSource: database.dataSource, keys: onNew, auditLog, replicaId: 'r1' }).rotate();

    expect(await rows('callers')).toMatchObject([{ key_id: 'new' }]);
    expect(await who(key.reveal(), processOver(database, newOnly))).toMatchObject({ id: account.id });
  });

  it('fit no other row: a pepper and a hash that are moved there open nothing', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const { key } = await core.callers.create({ name: 'poor' });
    const { account } = await core.callers.create({ name: 'rich', scopes: ['admin'] });
    await database.dataSource.query(
      `update callers set (pepper, key_id, key_hash) = (select pepper, key_id, key_hash from callers where name = 'poor') where id = $1`,
      [account.id],
    );
    const secret = callerKeyFromText(key.reveal())?.secret ?? Secret.of('');

    expect(await codeOf(who(textFromCallerKey({ callerId: account.id, secret }).reveal()))).toBe('caller.key-invalid');
    expect(await who(key.reveal())).toMatchObject({ name: 'poor' });
    expect(error).toHaveBeenCalledTimes(1);
    error.mockRestore();
  });

  it('go into a backup with their grants and come back, sealed as they rest', async () => {
    const { account, key } = await core.callers.create({ name: 'team' });
    await aSession('work_1', account.id);
    await core.callers.setDefault('team', 'whole', 'work_1');
    const lines: Buffer[] = [];
    const write = async (chunk: Uint8Array): Promise<void> => void lines.push(Buffer.from(chunk));
    await new TypeOrmArchive(database.dataSource, onOld).backup({ write });
    const restored = await freshDatabase();
    await prepareDatabase(restored.dataSource, onOld);
    await new TypeOrmArchive(restored.dataSource, onOld).restore({ open: () => Readable.from([Buffer.concat(lines)]) });

    expect(await who(key.reveal(), processOver(restored, onOld))).toEqual(await who(key.reveal()));
    expect(Buffer.concat(lines).toString()).not.toContain(callerKeyFromText(key.reveal())?.secret.reveal());
    await restored.close();
  });

  it('outlive a step down and up again, but for what belonged to sessions that went away between', async () => {
    const { account, key } = await core.callers.create({ name: 'team' });
    await core.callers.grant('team', { provider: 'whole', name: 'work_*' });
    const gone = await aSession('gone_1', account.id);
    await aSession('work_1', account.id);
    await core.callers.setDefault('team', 'whole', 'gone_1');
    await database.dataSource.undoLastMigration();
    await database.dataSource.query('delete from saved_authentications where id = $1', [gone.id]);
    await database.dataSource.runMigrations();

    expect(await who(key.reveal())).toMatchObject({ grants: [{ name: 'work_*' }, { name: 'work_1' }], defaults: {} });
  });
});
