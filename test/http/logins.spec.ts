import { createHash } from 'node:crypto';

import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { startIssuer } from '../../src/testing/issuer-simulator.js';
import type { Answer } from '../support/gateway-client.js';
import type { Replica, Replicas } from '../support/login-gateways.js';
import { lindenSettings, loginReplicas } from '../support/login-gateways.js';
import { until } from '../support/until.js';

type Fields = Readonly<Record<string, unknown>>;

describe('a login by the native API', () => {
  let issuer: RunningIssuer;
  let replicas: Replicas;
  let gateway: Replica;
  /** A process of its own, which starts while the other tests run and is killed by one of them. */
  let mortal: Promise<Replica>;
  beforeAll(async () => {
    issuer = await startIssuer();
    replicas = await loginReplicas(lindenSettings(issuer));
    mortal = replicas.startProcess();
    mortal.catch(() => undefined);
    gateway = await replicas.start();
  }, 60_000);
  afterAll(async () => {
    await replicas.close();
    await issuer.close();
  });

  let names = 0;
  const aName = (): string => `login_${String((names += 1))}`;

  async function begin(fields: Fields = {}, at = gateway): Promise<Fields> {
    const { status, json } = await at.call('POST', '/api/logins', { body: { provider: 'linden', name: aName(), ...fields } });
    expect([status, json['detail']]).toEqual([201, undefined]);
    return json;
  }
  /** Where the issuer sends the browser, with the gateway's own address in front. */
  const sentBack = (login: Fields): URL => {
    const back = new URL(issuer.approve(String(login['authorizationUrl'])));
    secrets.push(...['code', 'state'].map((name) => back.searchParams.get(name) ?? ''));
    return back;
  };
  const secrets: string[] = [];
  const callback = (back: URL | string, at = gateway): Promise<Answer> =>
    at.call('GET', `/oauth/callback${typeof back === 'string' ? back : back.search}`, { key: null });
  const exchanges = (): number => issuer.calls.filter(({ grantType }) => grantType === 'authorization_code').length;
  const loginOf = async (login: Fields): Promise<Fields> => (await gateway.call('GET', `/api/logins/${String(login['id'])}`)).json;

  it('tells where to go, and is found by its id', async () => {
    const { status, json, headers } = await gateway.call('POST', '/api/logins', { body: { provider: 'linden', name: 'work_login' } });

    expect(status).toBe(201);
    expect(json).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      provider: 'linden',
      name: 'work_login',
      method: 'browser',
      status: 'pending',
      authorizationUrl: expect.stringContaining(`${issuer.authorizeUrl}?`),
      expiresAt: expect.any(String),
    });
    expect(headers.get('location')).toBe(`/api/logins/${String(json['id'])}`);
    expect(await loginOf(json)).toEqual(json);
    const { searchParams } = new URL(String(json['authorizationUrl']));
    expect(searchParams.get('redirect_uri')).toBe('http://127.0.0.1:4000/oauth/callback');
    expect(searchParams.get('code_challenge_method')).toBe('S256');
  });

  it('makes the session when the browser comes back, once', async () => {
    const login = await begin();
    const before = exchanges();
    const back = sentBack(login);

    const first = await callback(back);
    const again = await callback(back);

    expect(first.status).toBe(200);
    expect(first.text).toContain(`The session <strong>${String(login['name'])}</strong> of linden is ready.`);
    expect([again.status, exchanges() - before]).toEqual([404, 1]);
    const { json: session } = await gateway.call('GET', `/api/sessions/linden/oauth/${String(login['name'])}`);
    expect(session).toMatchObject({ status: 'active', expiresAt: expect.any(String) });
    expect(await loginOf(login)).toMatchObject({ status: 'done', sessionId: session['id'] });
    const { json: trail } = await gateway.call('GET', `/api/audit?target=${String(login['id'])}`);
    expect(trail['data']).toMatchObject([{ action: 'login.complete', actor: 'admin', related: session['id'], outcome: 'done' }]);
  });

  it.each([
    ['no state', (): string => '?code=abc'],
    ['an empty state', (): string => '?code=abc&state='],
    ['nothing at all', (): string => ''],
    ['a state that nobody gave away', (): string => `?code=abc&state=${'x'.repeat(43)}`],
    ['two states', (back: URL): string => `${back.search}&state=another`],
    ['an address without an end', (back: URL): string => `${back.search}&more=${'x'.repeat(9_000)}`],
  ])('takes nothing with %s, and asks the issuer nothing', async (_what, query) => {
    const login = await begin();
    const before = exchanges();

    const { status, text } = await callback(query(sentBack(login)));

    expect([status, exchanges() - before]).toEqual([404, 0]);
    expect(text).toContain('login.not-found');
    expect(await loginOf(login)).toMatchObject({ status: 'pending' });
  });

  it('takes nothing after ten minutes, and asks the issuer nothing', async () => {
    const login = await begin();
    const before = exchanges();
    const back = sentBack(login);
    await replicas.database.dataSource.query(`update pending_logins set expires_at = now() where id = $1`, [login['id']]);

    expect([(await callback(back)).status, exchanges() - before]).toEqual([404, 0]);
    expect((await gateway.call('GET', `/api/logins/${String(login['id'])}`)).json).toMatchObject({ code: 'login.not-found' });
    const body = { code: back.searchParams.get('code') };
    expect(await gateway.call('POST', `/api/logins/${String(login['id'])}/complete`, { body })).toMatchObject({ status: 404 });
    expect(exchanges() - before).toBe(0);
  });

  it('is over when the person says no, without an exchange', async () => {
    const login = await begin();
    const before = exchanges();

    const { status, text } = await callback(new URL(issuer.deny(String(login['authorizationUrl']))));

    expect([status, exchanges() - before]).toEqual([400, 0]);
    expect(text).toContain('refused this login (access_denied)');
    expect(await loginOf(login)).toMatchObject({ status: 'failed', problem: { code: 'login.rejected' } });
  });

  it('shows nothing that a stranger wrote into the address', async () => {
    const login = await begin();
    const state = new URL(String(login['authorizationUrl'])).searchParams.get('state') ?? '';
    const mark = '<script>alert(1)</script>';

    const query = new URLSearchParams({ state, error: mark, error_description: mark });
    const { text } = await callback(`?${query.toString()}`);

    expect(text).not.toContain('<script');
    expect(text).not.toContain('alert');
    expect(text).toContain('unreadable_error');
  });

  it('is spent by an exchange that fails, and says to begin anew', async () => {
    const login = await begin();
    const back = sentBack(login);
    back.searchParams.set('code', 'made-up');
    const before = exchanges();

    const { status, text } = await callback(back);

    expect([status, exchanges() - before]).toEqual([400, 1]);
    expect(text).toContain('begin a new one');
    expect([(await callback(back)).status, exchanges() - before]).toEqual([404, 1]);
    expect(await gateway.call('GET', `/api/sessions/linden/oauth/${String(login['name'])}`)).toMatchObject({ status: 404 });
  });

  it('answers with a page that cannot be framed, scripted, kept or followed', async () => {
    const login = await begin();
    const { headers, text } = await callback(sentBack(login));

    const style = /<style>([^]*?)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(text).not.toMatch(/<script|<iframe|<img|<link|\bon\w+=|style=|href=|src=/i);
    expect((await callback('?state=nobody')).headers.get('content-security-policy')).toBe(headers.get('content-security-policy'));
  });

  it.each([
    ['asks for the headers only', { method: 'HEAD', headers: {} }],
    ['loads the page ahead', { method: 'GET', headers: { 'sec-purpose': 'prefetch;prerender' } }],
  ])('is not spent by who %s', async (_what, { method, headers }) => {
    const login = await begin();
    const back = sentBack(login);

    const looked = await gateway.send(method, `/oauth/callback${back.search}`, { key: null, headers });
    expect(looked.status).toBe(405);

    expect((await callback(back)).status).toBe(200);
  });

  it.each([
    ['the code', (back: URL): string => back.searchParams.get('code') ?? ''],
    ['code#state', (back: URL): string => `${back.searchParams.get('code') ?? ''}#${back.searchParams.get('state') ?? ''}`],
    ['the whole address', (back: URL): string => ` ${back.href}\n`],
  ])('is completed with %s by hand', async (_what, codeFrom) => {
    const login = await begin({ method: 'paste' });
    const path = `/api/logins/${String(login['id'])}/complete`;
    const body = { code: codeFrom(sentBack(login)) };

    const first = await gateway.call('POST', path, { body });
    const again = await gateway.call('POST', path, { body });

    expect(first.json).toMatchObject({ provider: 'linden', authType: 'oauth', name: login['name'], status: 'active' });
    expect(again).toMatchObject({ status: 404, json: { code: 'login.not-found' } });
  });

  it("stays as it is when another login's code is brought by hand", async () => {
    const [one, other] = [await begin({ method: 'paste' }), await begin({ method: 'paste' })];
    const before = exchanges();
    const path = `/api/logins/${String(one['id'])}/complete`;

    const foreign = await gateway.call('POST', path, { body: { code: sentBack(other).href } });

    expect(foreign).toMatchObject({ status: 400, json: { code: 'login.rejected' } });
    expect(exchanges()).toBe(before);
    expect(await gateway.call('POST', path, { body: { code: sentBack(one).href } })).toMatchObject({ status: 200 });
  });

  it('can be given up', async () => {
    const login = await begin();
    const path = `/api/logins/${String(login['id'])}`;

    expect((await gateway.call('DELETE', path)).status).toBe(204);

    expect((await callback(sentBack(login))).status).toBe(404);
    expect((await gateway.call('DELETE', path)).status).toBe(404);
    expect((await gateway.call('GET', '/api/logins/no-id')).status).toBe(404);
  });

  it('logs a session in again under its id, and another under a name of its own', async () => {
    const name = aName();
    const first = await begin({ name });
    await callback(sentBack(first));
    const session = (await gateway.call('GET', `/api/sessions/linden/oauth/${name}`)).json;
    await gateway.call('PATCH', `/api/sessions/${String(session['id'])}`, { body: { disabled: true } });

    const second = await begin({ name });
    await callback(sentBack(second));

    expect((await gateway.call('GET', `/api/sessions/linden/oauth/${name}`)).json).toMatchObject({ id: session['id'], status: 'active' });
    const taken = await gateway.call('POST', '/api/logins', { body: { provider: 'linden', name: name.toUpperCase() } });
    expect(taken).toMatchObject({ status: 409, json: { code: 'session.name-taken' } });
  });

  it('makes nothing of a session that was deleted meanwhile, and gives the tokens back', async () => {
    const name = aName();
    await callback(sentBack(await begin({ name })));
    const second = await begin({ name });
    await gateway.call('DELETE', `/api/sessions/linden/oauth/${name}`);

    const { status } = await callback(sentBack(second));

    expect(status).toBe(404);
    expect(issuer.families.at(-1)).toMatchObject({ state: 'revoked' });
    expect(await loginOf(second)).toMatchObject({ status: 'failed', problem: { code: 'session.not-found' } });
  });

  it('by device is approved elsewhere, and asks no sooner than the issuer wants', async () => {
    const login = await begin({ method: 'device' });
    expect(login).toMatchObject({ userCode: expect.any(String), authorizationUrl: expect.any(String), interval: 1 });
    const isDue = (): Promise<unknown> =>
      replicas.database.dataSource.query('update pending_logins set next_poll_at = now() where id = $1', [login['id']]);
    const polls = (): number => issuer.calls.filter(({ grantType }) => grantType.endsWith(':device_code')).length;
    const before = polls();

    expect(await loginOf(login)).toMatchObject({ status: 'pending' });
    expect(polls() - before).toBe(0);
    await isDue();
    await Promise.all([loginOf(login), loginOf(login), loginOf(login)]);
    expect(polls() - before).toBe(1);
    issuer.decideDevice(String(login['userCode']), 'approved');
    await isDue();

    expect(await loginOf(login)).toMatchObject({ status: 'done', sessionId: expect.any(String) });
    expect(polls() - before).toBe(2);
  });

  it('by device is over when the person says no; a code brought by hand is no way to end it', async () => {
    const login = await begin({ method: 'device' });
    const path = `/api/logins/${String(login['id'])}`;
    expect(await gateway.call('POST', `${path}/complete`, { body: { code: 'abc' } })).toMatchObject({ status: 404 });
    issuer.decideDevice(String(login['userCode']), 'denied');
    await replicas.database.dataSource.query('update pending_logins set next_poll_at = now()');

    expect(await loginOf(login)).toMatchObject({ status: 'failed', problem: { code: 'login.rejected' } });
  });

  it('is refused for a method, a provider or a name that cannot be, and for too many at once', async () => {
    const refused = async (fields: Fields): Promise<readonly unknown[]> => {
      const { status, json } = await gateway.call('POST', '/api/logins', { body: { provider: 'linden', name: aName(), ...fields } });
      return [status, json['code']];
    };
    expect(await refused({ method: 'telepathy' })).toEqual([400, 'operation.unsupported']);
    expect(await refused({ provider: 'nobody' })).toEqual([404, 'provider.unknown']);
    expect(await refused({ name: '?' })).toEqual([400, 'session.name-invalid']);
    await replicas.database.dataSource.query('truncate pending_logins');
    await begin();
    const columns = 'provider, auth_type, name, method, caller_id, secrets, key_id, secret_version, expires_at';
    await replicas.database.dataSource.query(
      `insert into pending_logins (id, ${columns}) select gen_random_uuid(), ${columns} from pending_logins, generate_series(1, 18)`,
    );
    await begin();
    expect(await refused({})).toEqual([429, 'login.too-many']);
    await replicas.database.dataSource.query('truncate pending_logins');
  });

  it('begun on one replica is finished on another, the first being killed; what it had in hand is told to be lost', async () => {
    const other = await mortal;
    const login = await begin({}, other);
    const pasted = await begin({ method: 'paste' }, other);
    const lost = await begin({}, other);
    issuer.failNext({ kind: 'silence', afterRotation: true });
    const before = exchanges();
    callback(sentBack(lost), other).catch(() => undefined);
    await until(() => exchanges() > before);
    await other.stop();

    expect((await callback(sentBack(login))).status).toBe(200);
    const body = { code: sentBack(pasted).href };
    expect((await gateway.call('POST', `/api/logins/${String(pasted['id'])}/complete`, { body })).json).toMatchObject({ status: 'active' });
    expect(await loginOf(login)).toMatchObject({ status: 'done' });
    await replicas.database.dataSource.query(`update finished_logins set expires_at = expires_at - interval '4 minutes'`);
    expect(await loginOf(lost)).toMatchObject({ status: 'failed', problem: { code: 'login.interrupted' } });
  }, 60_000);

  it('is waited for by a gateway that is told to stop in the middle of the exchange', async () => {
    const login = await begin();
    const status = async (): Promise<unknown> => {
      const rows = await replicas.database.dataSource.query<Fields[]>('select status from finished_logins where id = $1', [login['id']]);
      return rows[0]?.['status'];
    };
    issuer.setLatency(150);
    const before = exchanges();
    const answering = callback(sentBack(login)).catch(() => undefined);
    await until(async () => (await status()) !== undefined);
    await gateway.stop();
    await answering;

    expect(exchanges() - before).toBe(1);
    expect(await status()).toBe('done');
  });

  it('leaves no code, state or token in logs, in the trail, or beside the vault', async () => {
    const { dataSource } = replicas.database;
    const rows = await Promise.all(
      ['pending_logins', 'finished_logins', 'audit_events', 'saved_authentications'].map((table) =>
        dataSource.query<Fields[]>(`select row_to_json(t)::text as row from ${table} t`),
      ),
    );
    const tokens = issuer.families.flatMap(({ accessToken, refreshToken }) => [accessToken, refreshToken]);
    const told = `${replicas.log()}${JSON.stringify(rows)}`;
    expect(secrets.length).toBeGreaterThan(20);
    // PostgreSQL shows bytes in hexadecimal.
    const isTold = (secret: string): boolean => told.includes(secret) || told.includes(Buffer.from(secret).toString('hex'));
    expect([...secrets, ...tokens].filter(isTold)).toEqual([]);
  });
});
