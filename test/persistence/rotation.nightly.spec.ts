import { setTimeout as pause } from 'node:timers/promises';

import { Secret } from '../../src/contracts/secret.js';
import type { SessionId } from '../../src/contracts/session.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { createDataSource } from '../../src/persistence/create-data-source.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { joinReplicas } from '../../src/persistence/encryption/replicas.js';
import { TypeOrmKeyRotation } from '../../src/persistence/encryption/typeorm-key-rotation.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { TypeOrmSessionStore } from '../../src/persistence/typeorm-session-store.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { aKey, insertSealed, placeOf, startSweeper } from '../support/rotation.js';
import { tellFigure } from '../support/tell-figure.js';

const rows = 20_000;
const kills = 10;
const keyText = `old=${aKey()},new=${aKey()}`;
const onOld = KeyRing.parse(keyText, 'old');
const onNew = KeyRing.parse(keyText, 'new');

describe('a rotation under load', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(async () => {
    await database.close();
  });

  it('loses no read and no change when its sweep is killed ten times', async () => {
    const { dataSource } = database;
    await prepareDatabase(dataSource, onOld);
    const secrets = await insertSealed(dataSource, onOld, rows);
    const ids = [...secrets.keys()];
    const rotation = new TypeOrmKeyRotation({ dataSource, keys: onNew, auditLog: new TypeOrmAuditLog(dataSource, onNew) });
    const sources = await Promise.all([1, 2, 3, 4].map(() => createDataSource({ url: database.url })));
    await Promise.all(sources.map((source) => source.initialize()));
    const replicas = await Promise.all(sources.map((source) => joinReplicas(source, onNew)));
    const over = new AbortController();
    const failed: unknown[] = [];
    const counts = { reads: 0, changes: 0 };
    const load = Promise.all([
      every(10, over.signal, async () => {
        const id = any(ids);
        const oldest = versionIn(secrets.get(id));
        const read = await opened(id).catch((error: unknown) => error);
        counts.reads += 1;
        // Whoever changed it meanwhile is not a failure; an older secret would be.
        if (!(versionIn(read) >= oldest)) failed.push(read);
      }),
      every(20, over.signal, async () => {
        const id = any(ids);
        // Half of them by a replica that still seals with the old key.
        if (await changed(id, counts.changes % 2 === 0 ? onOld : onNew)) counts.changes += 1;
      }),
    ]);

    const began = Date.now();
    let killed = 0;
    while (killed < kills) {
      await expect(rotation.retire('old')).rejects.toMatchObject({ code: 'encryption.key-in-use' });
      const sweeper = startSweeper(database.url, keyText, 'new');
      sweeper.onProgress(() => {
        setTimeout(() => {
          sweeper.kill();
        }, Math.random() * 30);
      });
      if (!(await sweeper.ended)) killed += 1;
    }
    over.abort();
    await load;
    const loaded = Date.now();
    expect(await startSweeper(database.url, keyText, 'new').ended).toBe(true);

    expect((await rotation.status()).remaining).toBe(0);
    await rotation.retire('old');
    const lost = [];
    for (const id of ids) if ((await opened(id)) !== secrets.get(id)) lost.push(id);
    const { reads, changes } = counts;
    const seconds = (loaded - began) / 1000;
    tellFigure(
      'T16',
      `rotation of ${String(rows)} rows, ${String(killed)} × kill -9: ${String(reads)} reads, ${String(failed.length)} failed; ` +
        `${String(changes)} changes, ${String(lost.length)} lost; 0 rows on the old key; ` +
        `${(reads / seconds).toFixed(0)} reads/s, ${(changes / seconds).toFixed(0)} changes/s`,
    );
    expect({ failed, lost }).toEqual({ failed: [], lost: [] });
    await Promise.all(replicas.map((replica) => replica.leave()));
    await Promise.all(sources.map((source) => source.destroy()));

    async function opened(id: SessionId): Promise<string | undefined> {
      const row = await new TypeOrmSessionStore(any(sources), onNew).findById(id);
      return row && (await new AesGcmSecretBox(onNew).open(row.secret, placeOf(row))).reveal();
    }

    /** True where the change held. */
    async function changed(id: SessionId, keys: KeyRing): Promise<boolean> {
      const store = new TypeOrmSessionStore(any(sources), keys);
      const row = await store.findById(id);
      if (row === undefined) return false;
      const secretVersion = row.secretVersion + 1;
      const text = `secret-${id}-${String(secretVersion)}`;
      const secret = await new AesGcmSecretBox(keys).seal(Secret.of(text), placeOf({ ...row, secretVersion }));
      const change = { secret, secretVersion, secretHint: null, expiresAt: null, baseUrl: null };
      const held = await store.replaceSecret(id, row.generation, change, { actor: 'system', action: 'session.replace-secret' });
      if (held !== undefined && versionIn(secrets.get(id)) < secretVersion) secrets.set(id, text);
      return held !== undefined;
    }
  }, 1_800_000);
});

/** So many a second, however long each of them takes; but never more at a time than a replica has connections. */
async function every(milliseconds: number, over: AbortSignal, work: () => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>();
  const run = async (): Promise<void> => {
    const one = work();
    running.add(one);
    await one;
    running.delete(one);
  };
  const runs: Promise<void>[] = [];
  const start = Date.now();
  while (!over.aborted) {
    while (runs.length < (Date.now() - start) / milliseconds && running.size < 8) runs.push(run());
    await pause(milliseconds);
  }
  await Promise.all(runs);
}

/** NaN of what is no secret of ours. */
function versionIn(secret: unknown): number {
  return typeof secret === 'string' ? Number(secret.split('-').at(-1)) : Number.NaN;
}

function any<T>(values: readonly T[]): T {
  const value = values[Math.floor(Math.random() * values.length)];
  if (value === undefined) throw new Error('there is none');
  return value;
}
