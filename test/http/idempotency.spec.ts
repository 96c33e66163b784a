import { randomBytes } from 'node:crypto';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';

import { Secret } from '../../src/contracts/secret.js';
import { SessionId } from '../../src/contracts/session.js';
import { Idempotency } from '../../src/core/idempotency/idempotency.js';
import { IdempotentRequests } from '../../src/core/idempotency/idempotent-requests.port.js';
import { Sessions } from '../../src/core/sessions/sessions.js';
import { MaestroModule } from '../../src/maestro.module.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { PersistenceModule } from '../../src/persistence/persistence.module.js';
import { gatewayAdapter, prepareGateway } from '../../src/transports/http/gateway.js';
import { MaestroHttpModule } from '../../src/transports/http/http.module.js';
import { anApiKey } from '../support/a-session.js';
import { CapturedLog } from '../support/captured-log.js';
import type { GatewayClient } from '../support/gateway-client.js';
import { gatewayClient } from '../support/gateway-client.js';
import type { TestDatabase } from '../support/postgres.js';
import { freshDatabase } from '../support/postgres.js';
import { tellFigure } from '../support/tell-figure.js';
import { wholeProvider } from '../support/whole-provider.js';

const adminKey = 'k'.repeat(40);
let database: TestDatabase;
let app: NestFastifyApplication;
let client: GatewayClient;
beforeAll(async () => {
  database = await freshDatabase();
  const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);
  const persistence = PersistenceModule.forRoot({ dataSource: database.dataSource, keyRing });
  const maestro = MaestroModule.forRoot({ persistence, providers: [wholeProvider()] });
  const http = MaestroHttpModule.forRoot({ maestro, adminKey: Secret.of(adminKey) });
  const module = await Test.createTestingModule({ imports: [http] })
    .setLogger(new CapturedLog())
    .compile();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and documents a literal.
  app = module.createNestApplication<NestFastifyApplication>(gatewayAdapter(), { bodyParser: false });
  prepareGateway(app);
  await app.listen(0, '127.0.0.1');
  client = gatewayClient(await app.getUrl(), adminKey);
}, 60_000);
afterAll(async () => {
  await app.close();
  await database.close();
});

let keys = 0;
const aKey = (): Readonly<Record<string, string>> => ({ 'idempotency-key': `key-${String((keys += 1))}` });

function aSession(name: string): object {
  return { provider: 'whole', authType: 'api_key', name, credentials: { apiKey: 'whole-key-0123456789abcd' } };
}

const rowsCalled = async (name: string): Promise<number> => {
  const [row] = await database.dataSource.query<readonly { count: string }[]>(
    'select count(*) from saved_authentications where name = $1',
    [name],
  );
  return Number(row?.count);
};

describe('a request with an Idempotency-Key', () => {
  it('is carried out once where a hundred come at the same time', async () => {
    const headers = aKey();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => client.call('POST', '/api/sessions', { body: aSession('once'), headers })),
    );
    const made = answers.filter(({ status }) => status === 201);
    const first = made.filter((answer) => answer.headers.get('idempotency-replayed') === null);
    const waiting = answers.filter(({ status }) => status === 409);

    expect(await rowsCalled('once')).toBe(1);
    expect(first).toHaveLength(1);
    expect(made.length + waiting.length).toBe(100);
    expect(new Set(made.map(({ text }) => text)).size).toBe(1);
    expect(
      waiting.filter(({ json, headers: told }) => json['code'] !== 'idempotency.in-progress' || told.get('retry-after') !== '1'),
    ).toEqual([]);
    tellFigure('T38', `100 creates under one key: 1 row, ${String(made.length - 1)} replays, ${String(waiting.length)} told to wait`);
  });

  it('is answered as before: status, body and where the session is', async () => {
    const headers = aKey();
    const first = await client.call('POST', '/api/sessions', { body: aSession('replayed'), headers });
    const second = await client.call('POST', '/api/sessions', { body: aSession('replayed'), headers });
    const deleted = [1, 2].map(() =>
      client.call('DELETE', '/api/sessions/whole/api_key/replayed', { headers: { 'idempotency-key': 'd' } }),
    );
    const [one] = await Promise.all(deleted);
    const again = await client.call('DELETE', '/api/sessions/whole/api_key/replayed', { headers: { 'idempotency-key': 'd' } });

    expect([second.status, second.text, second.headers.get('location')]).toEqual([201, first.text, first.headers.get('location')]);
    expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
    expect([204, 409]).toContain(one?.status);
    expect([again.status, again.text]).toEqual([204, '']);
  });

  it('is refused where the same key comes with another request, and is a caller’s own', async () => {
    const headers = aKey();
    await client.call('POST', '/api/sessions', { body: aSession('mine'), headers });
    const other = await client.call('POST', '/api/sessions', { body: aSession('another'), headers });
    const { json: caller } = await client.call('POST', '/api/callers', {
      body: { name: 'team', scopes: ['sessions:write'] },
      headers: aKey(),
    });
    const theirs = await client.call('POST', '/api/sessions', { body: aSession('theirs'), headers, key: String(caller['key']) });

    expect(other).toMatchObject({ status: 422, json: { code: 'idempotency.key-reused' } });
    expect(theirs.status).toBe(201);
    expect((await client.call('POST', '/api/sessions', { body: {}, headers: { 'idempotency-key': 'a b' } })).status).toBe(400);
  });

  it('that failed may come again, put right', async () => {
    const headers = aKey();
    const bad = await client.call('POST', '/api/sessions', { body: aSession('x'), headers });
    const good = await client.call('POST', '/api/sessions', { body: aSession('put_right'), headers });

    expect([bad.status, good.status]).toEqual([400, 201]);
  });

  it('of a process that is gone is taken over, and finds what that one had made', async () => {
    const body = aSession('half_done');
    const begun = await app.get(Idempotency, { strict: false }).begin({
      ...{ callerId: 'admin', key: 'of-the-dead' },
      request: `POST /api/sessions\n${JSON.stringify(body)}`,
    });
    if (begun === undefined || 'status' in begun) throw new Error('it was not the first');
    clearInterval(begun.renewal);
    const headers = { 'idempotency-key': 'of-the-dead' };
    const early = await client.call('POST', '/api/sessions', { body, headers });
    const sessions = app.get(Sessions, { strict: false });
    const id = SessionId.of(begun.effectId);
    await sessions.create({ id, provider: 'whole', authType: 'api_key', name: 'half_done', credentials: anApiKey() });
    await database.dataSource.query(`update idempotent_requests set leased_until = now() - interval '1 second' where not is_done`);
    const late = await client.call('POST', '/api/sessions', { body, headers });

    expect(early.json['code']).toBe('idempotency.in-progress');
    expect(late).toMatchObject({ status: 201, json: { id, name: 'half_done' } });
    expect(await rowsCalled('half_done')).toBe(1);
  });

  it('leaves nothing readable behind, and nothing at all after its day', async () => {
    const { json } = await client.call('POST', '/api/callers', { body: { name: 'secretive' }, headers: aKey() });
    const rows = await database.dataSource.query<readonly { row: string; content: Buffer }[]>(
      'select row_to_json(i)::text as row, content from idempotent_requests i',
    );
    const secret = String(json['key']);
    expect(rows.filter(({ row, content }) => `${row}${content.toString('latin1')}`.includes(secret.slice(40, 70)))).toEqual([]);

    await database.dataSource.query('update idempotent_requests set expires_at = now()');
    expect(await app.get<unknown, IdempotentRequests>(IdempotentRequests, { strict: false }).purge(500)).toBe(rows.length);
  });
});
