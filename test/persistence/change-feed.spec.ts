import { randomUUID } from 'node:crypto';

import type { Change } from '../../src/core/changes/change-feed.port.js';
import { PostgresChangeFeed } from '../../src/persistence/changes/postgres-change-feed.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let feed: PostgresChangeFeed;
let told: (Change | undefined)[];

beforeAll(async () => {
  database = await freshDatabase();
});
beforeEach(async () => {
  await database.dataSource.query('delete from callers; delete from saved_authentications');
  feed = new PostgresChangeFeed(database.dataSource);
  told = [];
  feed.onChange((change) => told.push(change));
  await sureOfNow();
  told.length = 0;
});
afterEach(() => feed.close());
afterAll(() => database.close());

async function sureOfNow(): Promise<void> {
  const now = performance.now();
  await until(() => feed.sureAt() >= now);
}

/** What was told of by the time that all up to now is sure. */
async function toldAfter(...statements: readonly string[]): Promise<readonly (Change | undefined)[]> {
  told.length = 0;
  for (const statement of statements) await database.dataSource.query(statement);
  await sureOfNow();
  return told;
}

const session = randomUUID();
const caller = randomUUID();
const insertSession = `insert into saved_authentications
    (id, provider, auth_type, name, credentials, key_id, secret_version, generation, lease_epoch, refresh_failures, status, created_at, updated_at)
  values ('${session}', 'whole', 'api_key', 'work', '\\x00', 'k1', 1, 1, 0, 0, 'active', now(), now())`;
const insertCaller = `insert into callers
    (id, name, scopes, provider, auth_type, pepper, key_id, secret_version, key_hash, created_at)
  values ('${caller}', 'ci', '{chat}', 'maestro', 'api_key', '\\x00', 'k1', 1, '\\x00', now())`;
const ofSession = (name = 'work'): Change => ({ of: 'session', id: session, named: { provider: 'whole', name } });
const ofCaller: Change = { of: 'caller', id: caller };

describe('the feed of changes', () => {
  it('tells of a session that came, changed and went, by its old and its new name', async () => {
    expect(await toldAfter(insertSession)).toEqual([ofSession()]);
    const renaming = `update saved_authentications set name = 'play', generation = 2`;
    expect(await toldAfter(renaming)).toEqual([ofSession(), ofSession('play')]);
    expect(await toldAfter(`update saved_authentications set status = 'disabled'`)).toEqual([ofSession('play')]);
    expect(await toldAfter('delete from saved_authentications')).toEqual([ofSession('play')]);
  });

  it('tells of a caller, of its grants and of its defaults', async () => {
    await toldAfter(insertSession);
    expect(await toldAfter(insertCaller)).toEqual([ofCaller]);
    const granting = `insert into caller_grants (id, caller_id, session_id, created_at) values (gen_random_uuid(), '${caller}', '${session}', now())`;
    expect(await toldAfter(granting)).toEqual([ofCaller]);
    const choosing = `insert into caller_defaults (id, caller_id, provider, session_id) values (gen_random_uuid(), '${caller}', 'whole', '${session}')`;
    expect(await toldAfter(choosing)).toEqual([ofCaller]);
    // Both go with the session.
    expect(await toldAfter('delete from saved_authentications')).toEqual(expect.arrayContaining([ofSession(), ofCaller]));
    expect(await toldAfter('update callers set revoked_at = now()')).toEqual([ofCaller]);
  });

  it('tells that anything may have changed when a table was emptied at once', async () => {
    expect(await toldAfter('truncate saved_authentications cascade')).toContain(undefined);
  });

  it('says nothing of leases and of the last use', async () => {
    await toldAfter(insertSession, insertCaller);
    const notes = [
      'update saved_authentications set last_used_at = now(), lease_epoch = lease_epoch + 1',
      'update callers set last_used_at = now()',
    ];
    expect(await toldAfter(...notes)).toEqual([]);
  });

  it('is sure of nothing until it listens again, where its connection was cut, and takes everything for changed then', async () => {
    const before = feed.sureAt();
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'maestro changes' and datname = current_database()`;
    await database.dataSource.query(cut);
    await database.dataSource.query(insertSession);
    await sureOfNow();
    expect(feed.sureAt()).toBeGreaterThan(before);
    expect(told).toContain(undefined);
  });

  it('tells this process of its own changes at once', () => {
    feed.announce(ofCaller);
    expect(told).toEqual([ofCaller]);
  });

  it('holds no connection once it is closed', async () => {
    await feed.close();
    const count = `select 1 from pg_stat_activity where application_name = 'maestro changes' and datname = current_database()`;
    await until(async () => (await database.dataSource.query<unknown[]>(count)).length === 0);
    expect(feed.sureAt()).toBeLessThan(performance.now());
  });
});
