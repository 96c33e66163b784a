import { randomBytes, randomUUID } from 'node:crypto';

import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { SessionId } from '../../src/contracts/session.js';
import type { KeyService } from '../../src/core/key-rotation/key-service.port.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { envelopeFromBytes } from '../../src/persistence/encryption/envelope.js';
import type { KeyedMac } from '../../src/persistence/encryption/key-ring.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { joinReplicas } from '../../src/persistence/encryption/replicas.js';
import { sealedTables } from '../../src/persistence/encryption/sealed-tables.js';
import { TypeOrmKeyRotation } from '../../src/persistence/encryption/typeorm-key-rotation.js';
import { AddReplicas1795370400000 } from '../../src/persistence/migrations/1795370400000-add-replicas.js';
import { AddTokenRefresh1795608000000 } from '../../src/persistence/migrations/1795608000000-add-token-refresh.js';
import { migrations } from '../../src/persistence/migrations/migrations.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { TypeOrmSessionStore } from '../../src/persistence/typeorm-session-store.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { aKey, insertSealed, placeOf, startSweeper } from '../support/rotation.js';
import { tellFigure } from '../support/tell-figure.js';
import { until } from '../support/until.js';

const keyText = `old=${aKey()},new=${aKey()}`;
const onOld = KeyRing.parse(keyText, 'old');
const onNew = KeyRing.parse(keyText, 'new');

let database: TestDatabase;
beforeEach(async () => {
  database = await freshDatabase();
  await prepareDatabase(database.dataSource, onOld);
});
afterEach(async () => {
  await database.close();
});

function rotationOf(keys: KeyRing): TypeOrmKeyRotation {
  const { dataSource } = database;
  return new TypeOrmKeyRotation({ dataSource, keys, auditLog: new TypeOrmAuditLog(dataSource, keys) });
}

async function openedBy(keys: KeyRing, id: SessionId): Promise<string | undefined> {
  const row = await new TypeOrmSessionStore(database.dataSource, keys).findById(id);
  return row && (await new AesGcmSecretBox(keys).open(row.secret, placeOf(row))).reveal();
}

describe('a rotation', () => {
  it('moves every row to the primary and leaves all else of it as it was', async () => {
    const secrets = await insertSealed(database.dataSource, onOld, 450);
    const untouched = `select id, secret_version, generation, updated_at, status from saved_authentications order by id`;
    const before = await database.dataSource.query(untouched);
    const ciphertexts = await sealedParts();
    const told: string[] = [];

    const outcome = await rotationOf(onNew).rotate({ onProgress: ({ done, total }) => told.push(`${String(done)}/${String(total)}`) });

    expect(outcome).toEqual({ primaryId: 'new', rewrapped: 450, remaining: 0, unreadable: [] });
    expect(told).toEqual(['200/450', '400/450', '450/450']);
    expect(await database.dataSource.query(untouched)).toEqual(before);
    expect(await sealedParts()).toEqual(ciphertexts);
    const newOnly = KeyRing.parse(keyText.split(',')[1] ?? '');
    for (const [id, secret] of secrets) expect(await openedBy(newOnly, id)).toBe(secret);
  });

  it('has nothing to do where it was done', async () => {
    await insertSealed(database.dataSource, onNew, 3);
    const onProgress = jest.fn();

    expect(await rotationOf(onNew).rotate({ onProgress })).toMatchObject({ rewrapped: 0, remaining: 0 });
    expect(onProgress).not.toHaveBeenCalled();
  });

  it('stays where it is when it is called off, and goes on from there', async () => {
    await insertSealed(database.dataSource, onOld, 450);
    const interruption = new AbortController();
    const onProgress = (): void => {
      interruption.abort();
    };

    await expect(rotationOf(onNew).rotate({ onProgress, signal: interruption.signal })).rejects.toMatchObject({
      code: 'request.cancelled',
    });

    expect(await rotationOf(onNew).status()).toMatchObject({ remaining: 250 });
    expect(await rotationOf(onNew).rotate()).toMatchObject({ rewrapped: 250, remaining: 0 });
  });

  it('leaves a damaged row and one of a missing key, names them, and moves the others', async () => {
    await insertSealed(database.dataSource, KeyRing.parse(`gone=${aKey()}`), 1);
    const [damaged] = (await insertSealed(database.dataSource, onOld, 5)).keys();
    const [lost] = await database.dataSource.query<{ id: string }[]>(`select id from saved_authentications where key_id = 'gone'`);
    await database.dataSource.query('update saved_authentications set credentials = $2 where id = $1', [damaged, randomBytes(200)]);

    const outcome = await rotationOf(onNew).rotate();

    expect(outcome).toMatchObject({ rewrapped: 4, remaining: 2 });
    expect(outcome.unreadable).toHaveLength(2);
    expect(outcome.unreadable).toContainEqual({ table: 'saved_authentications', id: damaged, keyId: 'old' });
    expect(outcome.unreadable).toContainEqual({ table: 'saved_authentications', id: lost?.id, keyId: 'gone' });
    await expect(rotationOf(onNew).retire('old')).rejects.toMatchObject({ code: 'encryption.key-in-use' });
  });

  it.each([
    ['replaced', `update saved_authentications set credentials = '\\x00', secret_version = 2`],
    ['moved to a third key', `update saved_authentications set credentials = '\\x00', key_id = 'third'`],
    ['deleted', 'delete from saved_authentications'],
  ])('never takes a secret back that was %s after it was read', async (_what, change) => {
    await insertSealed(database.dataSource, onOld, 1);
    const rows = `select credentials, key_id, secret_version from saved_authentications`;
    let after: unknown;
    const slow: KeyService & KeyedMac = {
      primaryId: 'new',
      ids: onNew.ids,
      unwrap: (wrapped, associated) => onNew.unwrap(wrapped, associated),
      mac: (purpose, keyId, data) => onNew.mac(purpose, keyId, data),
      async wrap(dataKey, associated) {
        await database.dataSource.query(change);
        after = await database.dataSource.query(rows);
        return onNew.wrap(dataKey, associated);
      },
    };
    const auditLog = new TypeOrmAuditLog(database.dataSource, onNew);

    const outcome = await new TypeOrmKeyRotation({ dataSource: database.dataSource, keys: slow, auditLog }).rotate();

    expect(outcome.rewrapped).toBe(0);
    expect(await database.dataSource.query(rows)).toEqual(after);
  });

  it('ends where the keys are away, and is none the worse for it', async () => {
    await insertSealed(database.dataSource, onOld, 3);
    const away: KeyService & KeyedMac = {
      primaryId: 'new',
      ids: onNew.ids,
      unwrap: (wrapped, associated) => onNew.unwrap(wrapped, associated),
      mac: (purpose, keyId, data) => onNew.mac(purpose, keyId, data),
      wrap: () => Promise.reject(new MaestroError('encryption.key-service-away', {})),
    };
    const auditLog = new TypeOrmAuditLog(database.dataSource, onNew);
    const rotation = new TypeOrmKeyRotation({ dataSource: database.dataSource, keys: away, auditLog });

    await expect(rotation.rotate()).rejects.toMatchObject({ code: 'encryption.key-service-away' });
    expect(await rotationOf(onNew).rotate()).toMatchObject({ rewrapped: 3, remaining: 0 });
  });

  it('takes what is locked for good as something that remains, and does not wait for it', async () => {
    const [id] = (await insertSealed(database.dataSource, onOld, 3)).keys();
    const blocker = database.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('select 1 from saved_authentications where id = $1 for update', [id]);

    expect(await rotationOf(onNew).rotate()).toMatchObject({ rewrapped: 2, remaining: 1, unreadable: [] });

    await blocker.rollbackTransaction();
    await blocker.release();
  });

  it('is done once where several processes do it at a time', async () => {
    const secrets = await insertSealed(database.dataSource, onOld, 600);

    const outcomes = await Promise.all([1, 2, 3].map(() => rotationOf(onNew).rotate()));

    expect(outcomes.map(({ remaining }) => remaining)).toEqual([0, 0, 0]);
    expect(outcomes.reduce((sum, { rewrapped }) => sum + rewrapped, 0)).toBe(600);
    for (const [id, secret] of [...secrets].slice(0, 50)) expect(await openedBy(onNew, id)).toBe(secret);
  });

  it('is refused while a running replica lacks the primary', async () => {
    await insertSealed(database.dataSource, onOld, 1);
    const replica = await joinReplicas(database.dataSource, KeyRing.parse(keyText.split(',')[0] ?? ''));

    await expect(rotationOf(onNew).rotate()).rejects.toMatchObject({
      code: 'encryption.key-not-shared',
      parameters: { keyId: 'new', replicaIds: [replica.id] },
    });

    await replica.leave();
    expect(await rotationOf(onNew).rotate()).toMatchObject({ rewrapped: 1 });
  });

  it('says what is to be migrated where the schema is older', async () => {
    const steps = migrations.length - migrations.indexOf(AddReplicas1795370400000);
    for (let step = 0; step < steps; step += 1) await database.dataSource.undoLastMigration();

    await expect(rotationOf(onNew).status()).rejects.toMatchObject({ code: 'migration.pending' });
  });

  it('goes through the tables that an older schema has', async () => {
    await insertSealed(database.dataSource, onOld, 3);
    const names = migrations.map(({ name }) => name);
    for (const _step of names.slice(names.indexOf(AddTokenRefresh1795608000000.name))) await database.dataSource.undoLastMigration();

    expect(await rotationOf(onNew).rotate()).toMatchObject({ rewrapped: 3, remaining: 0 });
    await rotationOf(onNew).retire('old');
    expect(await rotationOf(onNew).status()).toMatchObject({ keys: [{ keyId: 'new' }, { keyId: 'old', isRetired: true }] });
  });

  it('survives kill -9 three times while rows are read, and then lets the old key go', async () => {
    const secrets = await insertSealed(database.dataSource, onOld, 1000);
    const ids = [...secrets.keys()];
    const reading = readUntil(ids, secrets);
    const replica = await joinReplicas(database.dataSource, onNew);
    const remaining: number[] = [];
    await expect(rotationOf(onNew).retire('old')).rejects.toMatchObject({ code: 'encryption.key-in-use' });

    // Between reading a batch and writing it, and between two batches.
    for (const dieAt of [4, 3, 4]) {
      expect(await startSweeper(database.url, keyText, 'new', dieAt).ended).toBe(false);
      remaining.push((await rotationOf(onNew).status()).remaining);
      await expect(rotationOf(onNew).retire('old')).rejects.toMatchObject({ code: 'encryption.key-in-use' });
    }
    expect(await startSweeper(database.url, keyText, 'new').ended).toBe(true);
    const { reads, failed } = await reading.stop();

    expect(remaining).toEqual([...remaining].sort((one, other) => other - one));
    expect(remaining[0]).toBeLessThan(1000);
    expect(remaining[2]).toBeGreaterThan(0);
    expect(failed).toEqual([]);
    expect(reads).toBeGreaterThan(100);
    expect(await rotationOf(onNew).status()).toMatchObject({ remaining: 0 });
    await expect(rotationOf(onNew).retire('old')).resolves.toBeUndefined();
    for (const id of ids) expect(await openedBy(onNew, id)).toBe(secrets.get(id));
    tellFigure(
      'T16',
      `rotation of 1,000 rows, 3 × kill -9: ${String(reads)} reads, ${String(failed.length)} failed, 0 rows on the old key`,
    );
    await replica.leave();
  }, 120_000);

  function readUntil(ids: readonly SessionId[], secrets: ReadonlyMap<SessionId, string>) {
    const over = new AbortController();
    let reads = 0;
    const failed: unknown[] = [];
    const reading = (async () => {
      while (!over.signal.aborted) {
        const id = ids[reads++ % ids.length];
        if (id === undefined) break;
        const secret = await openedBy(onOld, id).catch((error: unknown) => error);
        if (secret !== secrets.get(id)) failed.push(secret);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    return {
      async stop() {
        over.abort();
        await reading;
        return { reads, failed };
      },
    };
  }

  /** The ciphertext of each row without the header that says its key. */
  async function sealedParts(): Promise<readonly (Uint8Array | undefined)[]> {
    const rows = await database.dataSource.query<{ credentials: Buffer }[]>('select credentials from saved_authentications order by id');
    return rows.map(({ credentials }) => envelopeFromBytes(credentials)?.sealed).map((sealed) => sealed && Buffer.from(sealed));
  }
});

describe('the status of the keys', () => {
  it('counts rows by key and table, and names what is missing or retired', async () => {
    await insertSealed(database.dataSource, onOld, 3);
    await insertSealed(database.dataSource, KeyRing.parse(`gone=${aKey()}`), 2);
    await database.dataSource.query(
      `create table saved_authentications_parked as select '{"sealed": "", "row": {"key_id": "old"}}'::jsonb as credentials`,
    );
    const replica = await joinReplicas(database.dataSource, onOld);

    const status = await rotationOf(onNew).status();

    expect(status).toMatchObject({
      primaryId: 'new',
      remaining: 6,
      replicas: [{ replicaId: replica.id, primaryId: 'old', keyIds: ['old', 'new'] }],
    });
    expect(status.keys.map(({ keyId, isPrimary, isHeld, isRetired, rows }) => [keyId, isPrimary, isHeld, isRetired, rows])).toEqual([
      ['new', true, true, false, 0],
      ['gone', false, false, false, 2],
      ['old', false, true, false, 4],
    ]);
    expect(status.keys[2]?.uses).toEqual([
      { table: 'saved_authentications', rows: 3 },
      ...sealedTables.slice(1).map(({ table }) => ({ table, rows: 0 })),
      { table: 'saved_authentications_parked', rows: 1 },
    ]);
    await replica.leave();
  });
});

describe('a key', () => {
  it('is not retired while it is the primary, here or elsewhere', async () => {
    const replica = await joinReplicas(database.dataSource, onOld);

    await expect(rotationOf(onOld).retire('old')).rejects.toMatchObject({ code: 'encryption.key-in-use' });
    await expect(rotationOf(onNew).retire('old')).rejects.toMatchObject({
      code: 'encryption.key-in-use',
      message: expect.stringContaining(`it is the primary of replica ${replica.id}`),
    });

    await replica.leave();
    await expect(rotationOf(onNew).retire('old')).resolves.toBeUndefined();
  });

  it('is not retired while a row is sealed with it, also one that is being written just now', async () => {
    const blocker = database.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query(
      `insert into saved_authentications (id, provider, auth_type, name, credentials, key_id, secret_version, generation, status,
         lease_epoch, refresh_failures, created_at, updated_at)
       values ($1, 'alpha', 'oauth', 'late', '\\x00', 'old', 1, 1, 'active', 0, 0, now(), now())`,
      [randomUUID()],
    );
    // Not to be seen yet, so that the first count finds nothing and the lock has to wait.
    const retiring = rotationOf(onNew).retire('old');
    await until(async () => (await waiting()) > 0);
    await blocker.commitTransaction();
    await blocker.release();

    await expect(retiring).rejects.toMatchObject({
      code: 'encryption.key-in-use',
      message: expect.stringContaining('1 rows of saved_authentications'),
    });
  });

  /** Who waits for a lock just now. */
  async function waiting(): Promise<number> {
    const rows = await database.dataSource.query<unknown[]>(
      'select 1 from pg_locks join pg_database on pg_database.oid = pg_locks.database where datname = current_database() and not granted',
    );
    return rows.length;
  }

  it('seals nothing any more once it is retired, whoever tries', async () => {
    await rotationOf(onNew).retire('old');
    await rotationOf(onNew).retire('old');

    await expect(insertSealed(database.dataSource, onOld, 1)).rejects.toThrow('encryption key "old" is retired');
    await expect(rotationOf(onOld).rotate()).rejects.toMatchObject({ code: 'encryption.key-retired' });
    await expect(joinReplicas(database.dataSource, onOld)).rejects.toMatchObject({ code: 'encryption.key-retired' });
    await expect(prepareDatabase(database.dataSource, onOld)).rejects.toMatchObject({ code: 'encryption.key-retired' });
    await expect(prepareDatabase(database.dataSource, onNew)).resolves.toBeUndefined();
    expect((await rotationOf(onNew).status()).keys.find(({ keyId }) => keyId === 'old')).toMatchObject({ isRetired: true });
  });

  it('stays retired through a step down and up', async () => {
    await rotationOf(onNew).retire('old');
    const steps = migrations.length - migrations.indexOf(AddReplicas1795370400000);
    for (let step = 0; step < steps; step += 1) await database.dataSource.undoLastMigration();

    await expect(prepareDatabase(database.dataSource, onOld)).rejects.toMatchObject({ code: 'encryption.key-retired' });
    await prepareDatabase(database.dataSource, onNew);

    await expect(insertSealed(database.dataSource, onOld, 1)).rejects.toThrow('retired');
  });

  it('is in the trail of changes when a rotation moved rows to it, and when it is retired, once', async () => {
    await insertSealed(database.dataSource, onOld, 2);
    for (let times = 0; times < 2; times += 1) {
      await rotationOf(onNew).rotate();
      await rotationOf(onNew).retire('old');
    }

    const trail = new TypeOrmAuditLog(database.dataSource, onNew);
    expect(await trail.list({ limit: 10 })).toMatchObject([
      { seq: 2, actor: 'system', action: 'key.retire', target: 'old', outcome: 'done' },
      { seq: 1, actor: 'system', action: 'key.rotate', target: 'new', outcome: 'done' },
    ]);
    expect(await trail.verify()).toMatchObject({ ok: true, withoutKey: 0 });
  });

  it('that nobody knows cannot be retired', async () => {
    await expect(rotationOf(onNew).retire('other')).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

describe('a replica', () => {
  it('may not start with a primary that another one lacks, nor without the primary of another one', async () => {
    const onlyOld = KeyRing.parse(keyText.split(',')[0] ?? '');
    const first = await joinReplicas(database.dataSource, onlyOld);
    await expect(joinReplicas(database.dataSource, onNew)).rejects.toMatchObject({
      code: 'encryption.key-not-shared',
      parameters: { keyId: 'new', replicaIds: [first.id] },
    });
    await first.leave();

    const second = await joinReplicas(database.dataSource, onNew);
    await expect(joinReplicas(database.dataSource, onlyOld)).rejects.toMatchObject({
      code: 'encryption.key-not-shared',
      parameters: { keyId: 'new', replicaIds: ['this one'] },
    });
    await second.leave();
  });

  it('is forgotten when it has been silent for half a minute', async () => {
    const silent = await joinReplicas(database.dataSource, onOld);
    await database.dataSource.query(`update replicas set key_ids = '{old}', seen_at = clock_timestamp() - interval '31 seconds'`);

    const next = await joinReplicas(database.dataSource, onNew);

    expect((await rotationOf(onNew).status()).replicas.map(({ replicaId }) => replicaId)).toEqual([next.id]);
    await Promise.all([silent.leave(), next.leave()]);
  });

  it('is let in one at a time, so that two which do not fit never both start', async () => {
    const rings = [KeyRing.parse(keyText.split(',')[0] ?? ''), KeyRing.parse(keyText.split(',')[1] ?? '')];

    const joining = await Promise.allSettled(rings.map((ring) => joinReplicas(database.dataSource, ring)));

    expect(joining.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const replica of joining) if (replica.status === 'fulfilled') await replica.value.leave();
  });

  it('leaves in peace where the database is gone already', async () => {
    const replica = await joinReplicas(database.dataSource, onOld);
    await database.dataSource.destroy();

    await expect(replica.leave()).resolves.toBeUndefined();
  });
});
