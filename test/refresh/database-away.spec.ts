import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { DataSource } from 'typeorm';

import { ProviderId } from '../../src/contracts/provider-id.js';
import type { SessionRecord } from '../../src/contracts/session.js';
import type { RefreshedTokens } from '../../src/contracts/tokens.js';
import { TokenRefresh } from '../../src/core/refresh/token-refresh.js';
import type { RefreshTimes } from '../../src/core/refresh/refresh-times.js';
import { SecretKeeper } from '../../src/core/sessions/secret-keeper.js';
import { SessionFinder } from '../../src/core/sessions/session-finder.js';
import { localCaller } from '../../src/core/access/local-caller.js';
import { createDataSource } from '../../src/persistence/create-data-source.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import type { TokenFamily } from '../../src/testing/issuer/token-families.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { createLogin, issuedProvider, startReplica } from '../support/refreshing-maestro.js';
import type { SeveredDatabase } from '../support/severed-database.js';
import { severedDatabase } from '../support/severed-database.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { tellFigure } from '../support/tell-figure.js';
import { until } from '../support/until.js';

const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);
const count = 50;
/** Whoever has new tokens looks for the database more rarely than others may. */
const times = { leaseMs: 3_000, storePauseMs: [20, 900], replayMs: 3_600_000 } as const;

let database: TestDatabase;
let way: SeveredDatabase;
let issuer: RunningIssuer;
let folder: string;
const replicas: { readonly maestro: RunningMaestro; readonly dataSource: DataSource }[] = [];
beforeAll(async () => {
  database = await freshDatabase();
});
beforeEach(async () => {
  await database.dataSource.query('truncate saved_authentications, refresh_attempts, orphaned_grants cascade');
  way = await severedDatabase(database.url);
  issuer = await startIssuer({ rotation: 'strict' });
  folder = await mkdtemp(join(tmpdir(), 'maestro-spool-'));
});
afterEach(async () => {
  for (const { maestro, dataSource } of replicas.splice(0)) {
    await maestro.close();
    await dataSource.destroy();
  }
  await issuer.close();
  await way.close();
  await rm(folder, { recursive: true, force: true });
});
afterAll(() => database.close());

async function start(spoolFolder?: string, special: Partial<RefreshTimes> = {}): Promise<RunningMaestro> {
  const dataSource = await createDataSource({ url: way.url });
  await dataSource.initialize();
  const parts = { keyRing, provider: issuedProvider(issuer), times: { ...times, ...special }, ...(spoolFolder && { spoolFolder }) };
  const maestro = await startReplica({ ...parts, database: { url: way.url, dataSource, close: () => dataSource.destroy() } });
  replicas.push({ maestro, dataSource });
  return maestro;
}

async function logins({ maestro }: { readonly maestro: RunningMaestro }, many: number): Promise<ReadonlyMap<string, TokenFamily>> {
  const families = new Map<string, TokenFamily>();
  for (let number = 1; number <= many; number += 1) {
    const family = issuer.issue();
    await createLogin(maestro, family, `login_${String(number)}`);
    families.set(`login_${String(number)}`, family);
  }
  return families;
}

function refreshedAll({ maestro }: RunningMaestro, names: Iterable<string>): Promise<readonly RefreshedTokens[]> {
  return Promise.all([...names].map((name) => maestro.refreshTokens('whole', name)));
}

function recordOf({ application }: RunningMaestro, name: string): Promise<SessionRecord> {
  const address = { provider: ProviderId.parse('whole'), authType: 'oauth', session: name } as const;
  return application.get(SessionFinder, { strict: false }).find(localCaller, 'sessions:read', address);
}

async function lost(maestro: RunningMaestro, families: ReadonlyMap<string, TokenFamily>): Promise<readonly string[]> {
  const keeper = maestro.application.get(SecretKeeper, { strict: false });
  const names: string[] = [];
  for (const [name, { id }] of families) {
    const credentials = await keeper.open(await recordOf(maestro, name));
    const token = credentials.authType === 'oauth' ? credentials.refreshToken?.reveal() : undefined;
    if (token === undefined || token !== issuer.currentTokenOf(id)) names.push(name);
  }
  return names;
}

async function isEveryLeaseOver(): Promise<boolean> {
  const [row] = await database.dataSource.query<{ left: number }[]>(
    'select count(*)::int as left from saved_authentications where lease_until >= clock_timestamp()',
  );
  return row?.left === 0;
}

describe('a database that goes away between the answer of the issuer and us', () => {
  it('costs none of fifty logins, though another replica asks for them all when it is back', async () => {
    const holder = await start(folder);
    const other = await start();
    const families = await logins({ maestro: holder }, count);
    const seen = await Promise.all([...families.keys()].map((name) => recordOf(other, name)));
    issuer.setLatency(1_500);

    let isAnswered = false;
    const answers = refreshedAll(holder, families.keys()).finally(() => (isAnswered = true));
    await until(() => issuer.calls.length === count);
    await way.cut();
    await until(async () => (await readdir(folder)).length === count);
    await until(isEveryLeaseOver);
    // As each replica finds out that looks for sessions that are due.
    await expect(other.maestro.refreshTokens('whole', 'login_1')).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(isAnswered).toBe(false);
    await way.mend();
    const refresh = other.application.get(TokenRefresh, { strict: false });
    await Promise.all([answers, ...seen.map((record) => refresh.ensureFresh(record, 'rejected'))]);

    expect(issuer.calls.map(({ outcome }) => outcome)).toEqual(Array(count).fill('issued'));
    expect(issuer.familiesLost).toEqual([]);
    expect(await lost(other, families)).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    tellFigure(
      'T7',
      `database cut after ${String(count)} answers, until every lease was over: ${String(issuer.calls.length)} token calls, 0 lost`,
    );
  }, 60_000);

  it('is waited for with the tokens in memory, loudly, where the spool takes nothing either', async () => {
    await rm(folder, { recursive: true });
    await writeFile(folder, 'in the way');
    const holder = await start(folder, { holdMs: 0 });
    const families = await logins({ maestro: holder }, 1);
    issuer.setLatency(400);

    let isAnswered = false;
    const answers = refreshedAll(holder, families.keys()).finally(() => (isAnswered = true));
    await until(() => issuer.calls.length === 1);
    await way.cut();
    await until(() => holder.log.from('Refresh').filter((line) => line.includes('in memory only')).length > 2);
    expect(isAnswered).toBe(false);
    await way.mend();
    await answers;

    expect(issuer.calls).toHaveLength(1);
    expect(await lost(holder, families)).toEqual([]);
  }, 60_000);

  it('uses no token whose successor is in the spool, whoever asks first after a start', async () => {
    const holder = await start(folder, { holdMs: 0 });
    const families = await logins({ maestro: holder }, 1);
    issuer.setLatency(400);
    const answers = refreshedAll(holder, families.keys());
    await until(() => issuer.calls.length === 1);
    await way.cut();
    await expect(answers).rejects.toMatchObject({ code: 'database.unavailable' });
    await until(isEveryLeaseOver);
    await way.mend();

    await until(() =>
      refreshedAll(holder, families.keys()).then(
        () => true,
        () => false,
      ),
    );

    expect(issuer.calls).toHaveLength(1);
    expect(await lost(holder, families)).toEqual([]);
  }, 60_000);
});
