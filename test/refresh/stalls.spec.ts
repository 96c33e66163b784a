import { randomBytes } from 'node:crypto';

import { SecretKeeper } from '../../src/core/sessions/secret-keeper.js';
import { SessionStore } from '../../src/core/sessions/session-store.port.js';
import { SessionName } from '../../src/contracts/session-name.js';
import { ProviderId } from '../../src/contracts/provider-id.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import type { IssuerProcess } from '../support/issuer-process.js';
import { startIssuerProcess } from '../support/issuer-process.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { createLogin, issuedProvider, startReplica } from '../support/refreshing-maestro.js';
import type { StallingReplica } from '../support/stalled-replica.js';
import { startStallingReplica } from '../support/stalled-replica.js';
import type { RunningMaestro } from '../support/start-maestro.js';
import { tellFigure } from '../support/tell-figure.js';
import { until } from '../support/until.js';

const keys = `k1=${randomBytes(32).toString('base64')}`;
/** The stall outlives the lease by half, and the patience with the issuer with it. */
const times = { leaseMs: 3_000, tokenTimeoutMs: 2_500 };
const stallMs = 4_500;

let database: TestDatabase;
let issuer: IssuerProcess;
let stalling: StallingReplica;
let other: RunningMaestro;
beforeAll(async () => {
  database = await freshDatabase();
  issuer = await startIssuerProcess({ rotation: 'strict', latencyMs: 1_500 });
  const { tokenUrl } = issuer;
  const provider = issuedProvider({ tokenUrl, authorizeUrl: tokenUrl });
  other = await startReplica({ database, keyRing: KeyRing.parse(keys), provider, times });
  stalling = await startStallingReplica({ url: database.url, keys, tokenUrl, times });
}, 60_000);
afterAll(async () => {
  await stalling.close();
  await other.close();
  await issuer.close();
  await database.close();
});

describe('a process that stands still in the middle of a refresh', () => {
  it('has its lease taken for alive, reads the answer that waits for it, and loses no token of a strict issuer', async () => {
    const [family] = (await issuer.ask({ issue: 1 })).issued;
    if (family === undefined) throw new Error('nothing was issued');
    await createLogin(other, family);

    stalling.refresh();
    await until(async () => (await issuer.ask()).calls.length > 0);
    await stalling.stall(stallMs);
    const answers = Promise.all([stalling.next(), other.maestro.refreshTokens('whole', 'login')]);
    await until(isLeaseOver);
    const [ofStalled, { accessToken }] = await answers;

    const { calls, families, familiesLost } = await issuer.ask();
    expect(calls.map(({ outcome }) => outcome)).toEqual(['issued']);
    expect(familiesLost).toEqual([]);
    expect(ofStalled).toBe(`refreshed ${accessToken.reveal()}`);
    expect(await storedToken()).toBe(families[0]?.refreshToken);
    tellFigure(
      'T3',
      `event loop stalled ${String(stallMs)} ms at a lease of ${String(times.leaseMs)} ms: ${String(calls.length)} token call, ${String(familiesLost.length)} lost`,
    );
  }, 60_000);
});

async function isLeaseOver(): Promise<boolean> {
  const over = await database.dataSource.query<unknown[]>('select 1 from saved_authentications where lease_until < clock_timestamp()');
  return over.length > 0;
}

async function storedToken(): Promise<string | undefined> {
  const store = other.application.get<unknown, SessionStore>(SessionStore, { strict: false });
  const [record] = await store.findByName(ProviderId.parse('whole'), SessionName.parse('login'));
  const credentials = record && (await other.application.get(SecretKeeper, { strict: false }).open(record));
  return credentials?.authType === 'oauth' ? credentials.refreshToken?.reveal() : undefined;
}
