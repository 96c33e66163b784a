import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

import type { ChatMessage } from '../../src/contracts/chat.js';
import type { ContextId as Id } from '../../src/contracts/context-chunk.js';
import { ContextId } from '../../src/contracts/context-chunk.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import type { SessionRecord } from '../../src/contracts/session.js';
import { SessionId } from '../../src/contracts/session.js';
import { SessionName } from '../../src/contracts/session-name.js';
import { deletedWith } from '../../src/kit/chunk-groups.js';
import type { ChunkPlace } from '../../src/core/contexts/chunk-sealing.js';
import { openChunk, sealPiece } from '../../src/core/contexts/chunk-sealing.js';
import type { NewChunk } from '../../src/core/contexts/context-store.port.js';
import { piecesFrom, textOf } from '../../src/core/contexts/pieces.js';
import { TypeOrmArchive } from '../../src/persistence/archive/typeorm-archive.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { TypeOrmContextStore } from '../../src/persistence/contexts/typeorm-context-store.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { TypeOrmKeyRotation } from '../../src/persistence/encryption/typeorm-key-rotation.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { TypeOrmSessionStore } from '../../src/persistence/typeorm-session-store.js';
import { aSessionRecord } from '../support/a-session.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { aKey } from '../support/rotation.js';

const keyText = `old=${aKey()},new=${aKey()}`;
const onOld = KeyRing.parse(keyText, 'old');
const onNew = KeyRing.parse(keyText, 'new');
const newOnly = KeyRing.parse(keyText.split(',')[1] ?? '');
const note = { actor: 'c1', action: 'session.create' } as const;
const canary = 'the words that nobody else may read';

let database: TestDatabase;
let store: TypeOrmContextStore;
let sessions: TypeOrmSessionStore;
let owner: SessionRecord;
let place: ChunkPlace;

beforeEach(async () => {
  database = await freshDatabase();
  await prepareDatabase(database.dataSource, onOld);
  store = new TypeOrmContextStore(database.dataSource);
  sessions = new TypeOrmSessionStore(database.dataSource, onOld);
  owner = await aSession('work');
  place = { owner, contextId: ContextId.parse('talk / 1') };
});
afterEach(() => database.close());

async function aSession(name: string): Promise<SessionRecord> {
  const { id, provider, authType } = aSessionRecord({ provider: ProviderId.parse('whole') });
  const context = { table: 'saved_authentications', column: 'credentials', rowId: id, provider, authType, secretVersion: 1 };
  const { Secret } = await import('../../src/contracts/secret.js');
  const secret = await new AesGcmSecretBox(onOld).seal(Secret.of('{}'), context);
  return sessions.insert({ id, provider, authType, name: SessionName.parse(name), secret, secretVersion: 1 }, note);
}

/** Messages of the user, or a call and its result. */
async function chunksOf(...texts: readonly string[]): Promise<readonly NewChunk[]> {
  const call = { role: 'assistant', content: [{ type: 'tool-call', callId: 'c1', name: 'f', arguments: {} }] } as const;
  const result = { role: 'tool', content: [{ type: 'tool-result', callId: 'c1', result: 'done' }] } as const;
  const messages = texts.flatMap((text): readonly ChatMessage[] => (text === 'CALL' ? [call, result] : [{ role: 'user', content: text }]));
  const box = new AesGcmSecretBox(onOld);
  return Promise.all(
    piecesFrom(messages).map(async (piece, position) => {
      const id = randomUUID();
      const { role, kind, message, callId } = piece;
      const known = callId === undefined ? { model: 'm1', tokens: 3, providerRef: 'msg_1' } : { callId };
      return { id, position, message, role, kind, content: await sealPiece(box, id, place, piece), ...known };
    }),
  );
}

async function add(...texts: readonly string[]): Promise<readonly NewChunk[]> {
  const chunks = await chunksOf(...texts);
  expect(await store.append(owner, place.contextId, chunks)).toBe(true);
  return chunks;
}

async function contextRow(contextId: Id = place.contextId): Promise<string> {
  return (await store.find(owner.id, contextId))?.id ?? 'none';
}

async function textsWith(keys: KeyRing, in_: TestDatabase = database): Promise<readonly string[]> {
  const there = new TypeOrmContextStore(in_.dataSource);
  const chunks = await there.chunks((await there.find(owner.id, place.contextId))?.id ?? randomUUID(), 200);
  const opened = await Promise.all(chunks.map((chunk) => openChunk(new AesGcmSecretBox(keys), place, chunk)));
  return opened.map(textOf);
}

describe('the log of a conversation', () => {
  it('gives back what was appended, in order, with all that is known of it', async () => {
    const [one, two] = await add('one', 'two');
    await add('three');

    const chunks = await store.chunks(await contextRow(), 200);

    expect(chunks.map(({ position, message }) => [position, message])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    expect(chunks[0]).toEqual({ ...one, content: expect.anything() as object, createdAt: expect.any(Date) as Date });
    expect(await store.chunks(await contextRow(), 1, 0)).toMatchObject([{ id: two?.id }]);
    expect(await textsWith(onOld)).toEqual(['one', 'two', 'three']);
  });

  it('is listed with its size', async () => {
    await add('one', 'two');
    await store.append(owner, ContextId.parse('another'), []);

    const [first, second] = await store.list(owner.id, 10);

    expect(await store.count(owner.id)).toBe(2);
    expect(first).toMatchObject({ id: 'another', management: 'local', chunks: 0, bytes: 0 });
    expect(second).toMatchObject({ id: 'talk / 1', chunks: 2, createdAt: expect.any(Date) as Date });
    expect(second?.bytes).toBeGreaterThan(200);
    expect(await store.list(owner.id, 10, 'b')).toEqual([second]);
  });

  it('takes turns of many writers whole, one after the other', async () => {
    const turns = await Promise.all(Array.from({ length: 12 }, (_none, index) => chunksOf(`${String(index)}a`, `${String(index)}b`)));
    await Promise.all(turns.map((turn) => store.append(owner, place.contextId, turn)));

    const texts = await textsWith(onOld);

    expect(texts).toHaveLength(24);
    for (let at = 0; at < texts.length; at += 2) expect(texts[at + 1]).toBe(texts[at]?.replace('a', 'b'));
  });

  it('has nothing twice where an answer was lost and the turn is appended again', async () => {
    const chunks = await add('one');
    expect(await store.append(owner, place.contextId, chunks)).toBe(true);
    expect(await textsWith(onOld)).toEqual(['one']);
  });

  it('prunes pairs as a whole, also while others append', async () => {
    const [, call] = await add('one', 'CALL', 'two');
    const row = await contextRow();
    const choose = (id: string) => (chunks: Parameters<typeof deletedWith>[1]) => deletedWith(id, chunks);

    const [gone] = await Promise.all([store.prune(row, choose(call?.id ?? '')), add('three'), add('four')]);

    expect(gone).toHaveLength(2);
    expect([...(await textsWith(onOld))].sort()).toEqual(['four', 'one', 'three', 'two']);
    await expect(store.prune(row, choose(call?.id ?? ''))).rejects.toMatchObject({ code: 'context.chunk-not-found' });
  });

  it('is gone with its last chunk', async () => {
    const [chunk] = await add('one');
    await store.prune(await contextRow(), () => new Set([chunk?.id ?? '']));
    expect(await store.find(owner.id, place.contextId)).toBeUndefined();
  });

  it('stays through a rename and is gone with its session', async () => {
    await add('one');
    await sessions.change(owner.id, owner.generation, { name: SessionName.parse('renamed') }, note);
    expect(await textsWith(onOld)).toEqual(['one']);

    await sessions.delete(owner.id, note);

    expect(await database.dataSource.query('select id from contexts union all select id from context_chunks')).toEqual([]);
    expect(await store.append(owner, place.contextId, await chunksOf('late'))).toBe(false);
  });

  it('may be kept by the provider: noted once, under the name that came first', async () => {
    const first = await store.keepRemote(owner, place.contextId, 'conv_1');

    expect(first).toMatchObject({ contextId: place.contextId, remoteRef: 'conv_1' });
    expect(await store.keepRemote(owner, place.contextId, 'conv_2')).toEqual(first);
    expect(await store.list(owner.id, 10)).toMatchObject([{ management: 'remote', chunks: 0 }]);
    await sessions.delete(owner.id, note);
    expect(await store.keepRemote(owner, place.contextId, 'conv_3')).toBeUndefined();
  });

  it('says so where the database refuses', async () => {
    await database.dataSource.query('drop table context_chunks, contexts');
    await expect(store.append(owner, place.contextId, [])).rejects.toMatchObject({ code: '42P01' });
    await expect(store.keepRemote(owner, place.contextId, 'conv_1')).rejects.toMatchObject({ code: '42P01' });
  });
});

describe('what was said', () => {
  it('stands nowhere in clear', async () => {
    await add(canary);
    const rows = await database.dataSource.query<readonly object[]>(`select *, encode(content, 'escape') as bytes from context_chunks`);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(canary);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(canary).toString('base64').slice(0, -4));
  });

  it('moves with a rotation to the new key, and the old one can be retired then', async () => {
    await add('one', 'two');
    const { dataSource } = database;
    const rotation = new TypeOrmKeyRotation({ dataSource, keys: onNew, auditLog: new TypeOrmAuditLog(dataSource, onNew) });
    await expect(rotation.retire('old')).rejects.toMatchObject({ message: expect.stringContaining('2 rows of context_chunks') as string });

    expect(await rotation.rotate()).toMatchObject({ rewrapped: 3, remaining: 0, unreadable: [] });

    expect(await textsWith(newOnly)).toEqual(['one', 'two']);
    await rotation.retire('old');
    await expect(store.append(owner, place.contextId, await chunksOf('late'))).rejects.toMatchObject({ code: 'MSE01' });
  });

  it('comes back from a backup', async () => {
    await add('one', 'two');
    const pieces: Buffer[] = [];
    const made = await new TypeOrmArchive(database.dataSource, onOld).backup({
      write: async (bytes) => void pieces.push(Buffer.from(bytes)),
    });
    const target = await freshDatabase();
    try {
      await prepareDatabase(target.dataSource, onOld);
      await new TypeOrmArchive(target.dataSource, onOld).restore({ open: () => Readable.from([Buffer.concat(pieces)]) });

      expect(made).toMatchObject({ rows: { contexts: 1, context_chunks: 2 }, keyIds: ['old'], unreadable: [] });
      expect(await textsWith(onOld, target)).toEqual(['one', 'two']);
    } finally {
      await target.close();
    }
  });

  it('is told by a backup where it cannot be opened any more', async () => {
    const [chunk] = await add('one');
    await database.dataSource.query(`update context_chunks set content = 'rubbish'`);
    const { unreadable } = await new TypeOrmArchive(database.dataSource, onOld).backup({ write: async () => undefined });
    expect(unreadable).toEqual([chunk?.id]);
  });
});

describe('a step down', () => {
  it('keeps what was said for the step up, but for sessions that are gone then', async () => {
    await add('one');
    const other = await aSession('other');
    await store.append(other, place.contextId, []);

    // The step after it, and then its own.
    for (let step = 0; step < 2; step += 1) await database.dataSource.undoLastMigration();
    await database.dataSource.query('delete from saved_authentications where id = $1', [other.id]);
    await database.dataSource.runMigrations();

    expect(await textsWith(onOld)).toEqual(['one']);
    expect(await store.count(SessionId.of(other.id))).toBe(0);
    await sessions.delete(owner.id, note);
    expect(await database.dataSource.query('select id from context_chunks')).toEqual([]);
  });
});
