import { randomUUID } from 'node:crypto';

import { TypeOrmArchive } from '../../src/persistence/archive/typeorm-archive.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { aKeyRing, backedUp, openedSessions, putSessions, someSessions, sourceOf } from '../support/archived-vault.js';
import { freshDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';

describe('a backup of a large vault', () => {
  it('brings ten thousand sessions back into a new database, opened the same', async () => {
    const keyRing = aKeyRing('k1');
    const [origin, target] = await Promise.all([freshDatabase(), freshDatabase()]);
    for (const { dataSource } of [origin, target]) await prepareDatabase(dataSource, keyRing);
    await putSessions(origin.dataSource, keyRing, someSessions(10_000, randomUUID()));

    const begin = performance.now();
    const bytes = await backedUp(new TypeOrmArchive(origin.dataSource, keyRing));
    const backedUpAt = performance.now();
    const { rows, stale } = await new TypeOrmArchive(target.dataSource, keyRing).restore(sourceOf(bytes));
    const restoredAt = performance.now();

    expect({ rows: rows['saved_authentications'], stale }).toEqual({ rows: 10_000, stale: 3_334 });
    expect(await openedSessions(target.dataSource, keyRing)).toEqual(await openedSessions(origin.dataSource, keyRing));
    const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);
    tellFigure(
      'T40',
      `backup of 10000 sessions: ${seconds(backedUpAt - begin)} s, ${String(bytes.length >> 10)} KiB; restore: ${seconds(restoredAt - backedUpAt)} s`,
    );
    await Promise.all([origin.close(), target.close()]);
  }, 120_000);
});
