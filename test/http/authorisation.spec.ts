import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyInstance } from 'fastify';

import type { Scope } from '../../src/contracts/caller.js';
import { scopes } from '../../src/contracts/caller.js';
import { Secret } from '../../src/contracts/secret.js';
import { Callers } from '../../src/core/access/callers.js';
import { Sessions } from '../../src/core/sessions/sessions.js';
import { MaestroModule } from '../../src/maestro.module.js';
import { doors } from '../../src/transports/http/doors/doors.js';
import { gatewayAdapter, prepareGateway } from '../../src/transports/http/gateway.js';
import { MaestroHttpModule } from '../../src/transports/http/http.module.js';
import { anApiKey } from '../support/a-session.js';
import { CapturedLog } from '../support/captured-log.js';
import { InMemoryPersistenceModule } from '../support/in-memory-persistence.module.js';
import { InMemorySessionStore } from '../support/in-memory-session-store.js';
import { builtInProviders } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';
import type { Row } from '../support/who-may.js';
import { doorTable, nobody, open, provider, providers, routeTable, someKey } from '../support/who-may.js';

interface Target {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly row: Row;
}

interface Outcome {
  readonly status: number;
  readonly text: string;
}

let app: NestFastifyApplication;
const routes: { readonly method: string; readonly url: string }[] = [];
const store = new InMemorySessionStore();
beforeAll(async () => {
  const adapter = gatewayAdapter();
  adapter.getInstance<FastifyInstance>().addHook('onRoute', ({ method, url }) => {
    routes.push(...[method].flat().map((each) => ({ method: each, url })));
  });
  const maestro = MaestroModule.forRoot({
    persistence: InMemoryPersistenceModule.of(store),
    // All of the wrong keys come from here.
    limits: { wrongKeysPerMinute: 1_000_000 },
    providersFolders: [builtInProviders],
    // Nobody listens there: what is allowed fails beyond us.
    settings: (name) => (name.endsWith('_BASE_URL') ? 'http://127.0.0.1:1' : undefined),
  });
  const metrics = { contentType: 'text/plain', text: async () => 'up 1\n' };
  const http = MaestroHttpModule.forRoot({ maestro, adminKey: Secret.of('k'.repeat(40)), metrics });
  const module = await Test.createTestingModule({ imports: [http] })
    .setLogger(new CapturedLog())
    .compile();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and documents a literal.
  app = module.createNestApplication<NestFastifyApplication>(adapter, { bodyParser: false });
  prepareGateway(app);
  await app.init();
  await adapter.getInstance<FastifyInstance>().ready();
}, 60_000);
beforeEach(async () => {
  store.rows.clear();
  store.callers.rows.clear();
  const sessions = app.get(Sessions, { strict: false });
  for (const id of providers) {
    for (const name of ['work', 'other'])
      await sessions.create({ provider: id, authType: 'api_key', name, credentials: anApiKey(someKey) });
  }
});
afterAll(() => app.close());

/** A caller's key, for sessions of one name. */
async function aKey(name: string, allowed: readonly Scope[], session: string): Promise<string> {
  const callers = app.get(Callers, { strict: false });
  const { key } = await callers.create({ name, scopes: allowed });
  await callers.grant(name, { provider: '*', name: session });
  return key.reveal();
}

async function endedKeys(): Promise<readonly string[]> {
  const keys = [await aKey('expired', scopes, '*'), await aKey('revoked', scopes, '*')];
  for (const [id, row] of store.callers.rows) {
    const at = new Date('2020-01-01T00:00:00Z');
    store.callers.rows.set(id, { ...row, ...(row.name === 'expired' ? { expiresAt: at } : { revokedAt: at }) });
  }
  return keys;
}

async function ask({ method, path, row }: Pick<Target, 'method' | 'path' | 'row'>, key: string | undefined): Promise<Outcome> {
  const headers = { 'x-maestro-retries': '0', 'x-maestro-session': 'work', ...(key !== undefined && { authorization: `Bearer ${key}` }) };
  const payload = row.body === undefined || method === 'GET' ? {} : { payload: row.body };
  const { statusCode, body } = await app.inject({ method: method as 'GET', url: path, headers, ...payload });
  return { status: statusCode, text: body.replace(/"requestId":"[^"]*"/, '') };
}

/** Where a route leads, with the ids that there are. */
function pathOf(url: string): string {
  const session = [...store.rows.values()].find((row) => row.provider === provider && row.name === 'work');
  const caller = [...store.callers.rows.keys()][0];
  const id = url.startsWith('/api/sessions') ? session?.id : url.startsWith('/api/callers') ? caller : nobody;
  const values = { id, provider, authType: 'api_key', name: 'work', contextId: 'talk', chunkId: nobody, grantId: nobody };
  const filled = Object.entries(values).reduce((path, [name, value]) => path.replace(`:${name}`, String(value)), url);
  const query = url.endsWith('/why') ? `?session=${String(session?.id)}` : '';
  return `${filled.replace('*', 'm')}${query}`;
}

const callers = ['none', 'bad', 'expired', 'revoked', 'other scopes', 'other grant', 'right'] as const;

/** What each kind of caller was answered, line by line. */
const told: string[] = [];

/** What is wrong with the answers that a route gives to everybody but who may have them, and to that one. */
async function faultsOf({ name, row, ...target }: Target, at: () => string = () => target.path): Promise<readonly string[]> {
  const { scope, orScope, isAboutSession = false } = row;
  const missing = scopes.filter((each) => each !== scope && each !== orScope);
  const [expired, revoked] = await endedKeys();
  const keys: Readonly<Record<(typeof callers)[number], string | undefined>> = {
    ...{ none: undefined, bad: 'mk_bad', expired, revoked },
    'other scopes': await aKey('narrow', missing, '*'),
    'other grant': await aKey('strange', scope === undefined ? ['chat'] : [scope], 'other'),
    right: await aKey('right', scope === undefined ? ['usage:read'] : [scope], 'work'),
  };
  const faults: string[] = [];
  const statuses: number[] = [];
  for (const caller of callers) {
    const { status, text } = await ask({ ...target, path: at(), row }, keys[caller]);
    statuses.push(status);
    const expected = {
      none: 401,
      bad: 401,
      expired: 401,
      revoked: 401,
      'other scopes': scope && 403,
      'other grant': isAboutSession && 404,
    };
    const wanted = caller === 'right' ? undefined : expected[caller];
    if (typeof wanted === 'number' && status !== wanted) faults.push(`${name} answers ${caller} with ${String(status)}`);
    // Terms that nobody accepted are no lack of a right.
    const isRefused = [401, 403].includes(status) && !text.includes('login.terms-not-accepted');
    if (caller === 'right' && (isRefused || text.includes('session.not-found'))) faults.push(`${name} refuses who may: ${text}`);
  }
  told.push(`${name.padEnd(84)} ${statuses.map((status, index) => String(status).padEnd(callers[index]?.length ?? 0)).join('  ')}`);
  return faults;
}

describe('who may do what', () => {
  afterAll(() => {
    tellFigure('T33', `REST: ${String(told.length)} routes × ${String(callers.length)} kinds of caller`);
    console.info([`${String(told.length)} routes`.padEnd(84), callers.join('  ')].join(' ') + `\n${told.join('\n')}`);
  });

  it('is said for every route of the native API, and for the metrics', () => {
    const served = routes
      .filter(({ method, url }) => method !== 'HEAD' && (url.startsWith('/api/') || url === '/metrics'))
      .map(({ method, url }) => `${method} ${url}`);
    expect(served.sort()).toEqual([...routeTable.keys()].sort());
  });

  it.each([...routeTable])('holds at %s', async (name, row) => {
    const [method = '', url = ''] = name.split(' ');
    expect(await faultsOf({ name, method, path: url, row }, () => pathOf(url))).toEqual([]);
  });

  it.each(
    doors.flatMap((door) =>
      door.routes.map(({ method, name, operation }) => ({ dialect: door.dialect, mounts: door.mounts, method, name, operation })),
    ),
  )('holds at the door of $dialect, $method $name', async ({ dialect, mounts, method, name, operation }) => {
    const row = doorTable.get(operation);
    if (row === undefined) throw new Error(`nobody said who may ${operation}`);
    const path = name
      .replace(/\{method\}/, 'zzz')
      .replace(/\{\w+\}/, 'm')
      .replace('*', 'zzz');
    const [first = ''] = mounts;
    expect(
      await faultsOf({ name: `${dialect} ${method} ${name}`, method: method === '*' ? 'POST' : method, path: `${first}${path}`, row }),
    ).toEqual([]);
    const elsewhere = await Promise.all(mounts.map((mount) => ask({ method: 'POST', path: `${mount}${path}`, row }, undefined)));
    expect(elsewhere.map(({ status }) => status)).toEqual(mounts.map(() => 401));
  });

  it('is nothing without a key, at every address and method that is not for anybody', async () => {
    const guarded = routes.filter(({ url }) => !open.some((pattern) => pattern.test(url)));
    const answers = await Promise.all(
      guarded.map(async ({ method, url }) => {
        const keys = [undefined, 'mk_bad', "' OR '1'='1"];
        const got = await Promise.all(keys.map(async (key) => (await ask({ method, path: pathOf(url), row: {} }, key)).status));
        return got.every((status) => status === 401) ? [] : [`${method} ${url}: ${got.join()}`];
      }),
    );
    expect(guarded.length).toBeGreaterThan(100);
    expect(answers.flat()).toEqual([]);
  });

  it('is not changed by how an address is written, or by what the host is said to be', async () => {
    const key = await aKey('reader', ['sessions:read'], '*');
    const written = [
      '/api/audit',
      '/api//audit',
      '/API/audit',
      '/api/./audit',
      '/api/%61udit',
      '/api/callers/../audit',
      '//api/audit',
      '/api/audit/',
    ];
    const hosts = ['localhost', 'localhost:4000/#@attacker', 'api', '127.0.0.1/health/live?', 'a b'];
    const answers = await Promise.all(
      written.flatMap((url) =>
        hosts.map(async (host) => {
          const { statusCode } = await app.inject({ url, headers: { host, authorization: `Bearer ${key}` } });
          return { url, host, statusCode };
        }),
      ),
    );
    expect(answers.filter(({ statusCode }) => ![400, 403, 404].includes(statusCode))).toEqual([]);
    expect(answers.filter(({ statusCode }) => statusCode === 403).length).toBeGreaterThanOrEqual(hosts.length);
  });
});
