import { randomBytes } from 'node:crypto';

import type { AuditEntry, AuditVerdict } from '../../src/contracts/audit-event.js';
import { createDataSource } from '../../src/persistence/create-data-source.js';
import { TypeOrmAuditLog } from '../../src/persistence/audit/typeorm-audit-log.js';
import { verifyTrail } from '../../src/persistence/audit/verify-trail.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import type { Connection } from '../../src/persistence/statements.js';
import { transaction } from '../../src/persistence/statements.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';
import { mutations } from '../support/trail-mutations.js';

const oldKey = randomBytes(32).toString('base64');
const newKey = randomBytes(32).toString('base64');
const keyRing = KeyRing.parse(`old=${oldKey}`);
const entry: AuditEntry = { actor: 'c1', action: 'session.change', target: 'a-session', detail: 'name label' };

describe('the audit trail', () => {
  let database: TestDatabase;
  let log: TypeOrmAuditLog;
  const append = async (count: number, to = log): Promise<void> => {
    for (let index = 0; index < count; index += 1) await to.append({ ...entry, target: `s${String(index % 3)}` });
  };
  /** Past the triggers, as one who owns the tables can. */
  const tamper = (text: string): Promise<unknown> =>
    database.dataSource.transaction(async (manager) => {
      await manager.query('set local session_replication_role = replica');
      await manager.query(text);
    });

  beforeEach(async () => {
    database = await freshDatabase();
    log = new TypeOrmAuditLog(database.dataSource, keyRing);
  });
  afterEach(async () => {
    await database.close();
  });

  it('numbers events without a gap, gives them back newest first and holds to its word', async () => {
    const first = await log.append(entry);
    const second = await log.append({ actor: 'system', action: 'session.clone', target: 'b', related: 'a', outcome: 'failed' });

    expect(first).toEqual({ ...entry, seq: 1, outcome: 'done', at: expect.any(Date), hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await log.list({ limit: 10 })).toEqual([second, first]);
    expect(await log.list({ limit: 10, before: 2 })).toEqual([first]);
    expect(await log.list({ limit: 10, target: 'b' })).toEqual([second]);
    expect(await log.list({ limit: 10, actor: 'c1' })).toEqual([first]);
    expect(await log.list({ limit: 1 })).toEqual([second]);
    expect(await log.verify()).toEqual({ ok: true, checked: 2, withoutKey: 0, head: { seq: 2, hash: second.hash } });
  });

  it('is whole before anything happened', async () => {
    expect(await log.verify()).toMatchObject({ ok: true, checked: 0, head: { seq: 0 } });
    expect(await log.reseal()).toMatchObject({ seq: 0 });
    expect(await log.verify()).toMatchObject({ ok: true });
  });

  it.each([
    [`update audit_events set actor = 'x'`],
    ['delete from audit_events where seq = 1'],
    ['truncate audit_events'],
    ['delete from audit_head'],
    ['truncate audit_head'],
  ])('refuses to be changed: %s', async (statement) => {
    await append(2);

    await expect(database.dataSource.query(statement)).rejects.toMatchObject({ code: '42501' });
    expect(await log.verify()).toMatchObject({ ok: true, checked: 2 });
  });

  it('keeps its order where four processes write 2,000 events at a time, without a gap or a fork', async () => {
    const others = await Promise.all(Array.from({ length: 4 }, () => createDataSource({ url: database.url })));
    await Promise.all(others.map((other) => other.initialize()));
    const began = performance.now();

    const writers = others.flatMap((other) => Array.from({ length: 5 }, () => new TypeOrmAuditLog(other, keyRing)));
    await Promise.all(writers.map((writer) => append(100, writer)));

    const each = (performance.now() - began) / 2_000;
    tellFigure('T37', `2,000 events from 4 pools, ${each.toFixed(2)} ms each`);
    expect(await log.verify()).toMatchObject({ ok: true, checked: 2_000, head: { seq: 2_000 } });
    await Promise.all(others.map((other) => other.destroy()));
  });

  it('shows every one of a thousand changes, each by itself', async () => {
    const events = 12;
    await append(events);
    const undetected: string[] = [];

    const all = mutations(events, 1_000);
    for (const mutation of all) {
      const verdict = await afterwardsUndone(async (connection) => {
        await mutation.apply(connection);
        return verifyTrail(connection, keyRing, {});
      });
      if (verdict.ok) undetected.push(mutation.what);
    }

    tellFigure('T37', `${String(all.length)} changes of the trail, ${String(undetected.length)} undetected`);
    expect(undetected).toEqual([]);
    expect(await log.verify()).toMatchObject({ ok: true, checked: events });
  });

  it.each([
    [`delete from audit_events where seq = 2`, { seq: 2, problem: 'gap' }],
    [`update audit_events set actor = 'x' where seq = 2`, { seq: 2, problem: 'changed' }],
    [`update audit_events set mac = hash where seq = 2`, { seq: 2, problem: 'forged' }],
    [`delete from audit_events where seq = 3`, { seq: 3, problem: 'cut' }],
    [`update audit_head set mac = hash`, { seq: 3, problem: 'head-forged' }],
    ['delete from audit_head', { seq: 0, problem: 'cut' }],
  ])('says where it is broken first, and how: %s', async (text, firstBroken) => {
    await append(3);
    await tamper(text);

    expect(await log.verify()).toMatchObject({ ok: false, firstBroken });
  });

  it('never forgets that its head was forged, however it goes on', async () => {
    await append(3);
    await tamper('delete from audit_events where seq = 3');
    await tamper('update audit_head set seq = 2, hash = (select hash from audit_events where seq = 2)');

    await append(2);

    expect((await log.list({ limit: 5 })).map(({ action }) => action).reverse()).toEqual([
      'session.change',
      'session.change',
      'audit.break',
      'session.change',
      'session.change',
    ]);
    expect(await log.verify()).toMatchObject({ ok: false, firstBroken: { seq: 3, problem: 'noted' } });
  });

  it('knows an end that was noted elsewhere, also after everything was set back to it by a copy', async () => {
    await append(3);
    const { head: early } = await log.verify();
    await append(2);
    const { head: late } = await log.verify();

    expect(await log.verify({ checkpoint: early })).toMatchObject({ ok: true });
    expect(await log.verify({ checkpoint: { ...early, hash: late.hash } })).toMatchObject({
      firstBroken: { seq: 3, problem: 'checkpoint' },
    });
    expect(await log.verify({ checkpoint: { ...late, seq: 9 } })).toMatchObject({ firstBroken: { seq: 9, problem: 'checkpoint' } });
  });

  it('is walked without keys that are gone, as long as a later event vouches for the earlier ones', async () => {
    await append(2);
    const both = KeyRing.parse(`old=${oldKey},new=${newKey}`, 'new');
    const newOnly = KeyRing.parse(`new=${newKey}`);
    const verifiedWith = (ring: KeyRing): Promise<AuditVerdict> => new TypeOrmAuditLog(database.dataSource, ring).verify();

    expect(await verifiedWith(newOnly)).toMatchObject({ ok: false, withoutKey: 2, firstBroken: { seq: 2, problem: 'head-forged' } });
    await new TypeOrmAuditLog(database.dataSource, both).reseal();

    expect(await verifiedWith(newOnly)).toMatchObject({ ok: true, withoutKey: 2 });
    expect(await verifiedWith(both)).toMatchObject({ ok: true, withoutKey: 0 });
    await tamper(`update audit_events set actor = 'x' where seq = 1`);
    expect(await verifiedWith(newOnly)).toMatchObject({ ok: false, firstBroken: { seq: 1, problem: 'changed' } });
  });

  it('goes on where a replica does not hold the key of the head', async () => {
    await append(1);
    const newOnly = new TypeOrmAuditLog(database.dataSource, KeyRing.parse(`new=${newKey}`));

    await newOnly.append(entry);

    expect((await log.list({ limit: 5 })).map(({ action }) => action)).toEqual(['session.change', 'session.change']);
  });

  it('tells how far a check has come, and ends where it is told to', async () => {
    await append(3);
    const told: (readonly number[])[] = [];

    await log.verify({ onProgress: (...progress) => told.push(progress) });

    expect(told).toEqual([[3, 3]]);
    await expect(log.verify({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  async function afterwardsUndone(work: (connection: Connection) => Promise<AuditVerdict>): Promise<AuditVerdict> {
    let verdict: AuditVerdict | undefined;
    const undo = new Error('undo');
    await transaction(database.dataSource, async (connection) => {
      await connection.run({ name: 'test/untriggered', text: 'set local session_replication_role = replica', isRead: false }, []);
      verdict = await work(connection);
      throw undo;
    }).catch((error: unknown) => {
      if (error !== undo) throw error;
    });
    if (verdict === undefined) throw new Error('there is a verdict');
    return verdict;
  }
});
