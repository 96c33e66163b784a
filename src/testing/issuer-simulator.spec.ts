import { createHash, randomBytes } from 'node:crypto';

import { until } from '../../test/support/until.js';
import type { IssuerOptions } from './issuer/issuer.js';
import type { IssuerFault } from './issuer/issuer-fault.js';
import type { RunningIssuer } from './issuer-simulator.js';
import { startIssuer } from './issuer-simulator.js';

interface Answer {
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

describe('the issuer simulator', () => {
  const running: RunningIssuer[] = [];
  const started = async (options: IssuerOptions = {}): Promise<RunningIssuer> => {
    const issuer = await startIssuer(options);
    running.push(issuer);
    return issuer;
  };
  afterEach(async () => {
    await Promise.all(running.splice(0).map((issuer) => issuer.close()));
  });

  describe('asked for a login', () => {
    const redirectUri = 'http://127.0.0.1:1455/callback';
    const verifier = randomBytes(32).toString('base64url');
    const authorizeUrl = (issuer: RunningIssuer, fields: Readonly<Record<string, string>> = {}): string => {
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: 'app',
        redirect_uri: redirectUri,
        state: 'a-state',
        scope: 'models chat',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...fields,
      });
      return `${issuer.authorizeUrl}?${query.toString()}`;
    };
    const exchange = (code: string, fields: Readonly<Record<string, string>> = {}) => ({
      grant_type: 'authorization_code',
      client_id: 'app',
      redirect_uri: redirectUri,
      code_verifier: verifier,
      code,
      ...fields,
    });
    const codeFrom = (url: string): string => new URL(url).searchParams.get('code') ?? '';

    it('sends the browser back with a code and the state, and trades the code in once', async () => {
      const issuer = await started();
      const response = await fetch(authorizeUrl(issuer), { redirect: 'manual' });
      const back = new URL(response.headers.get('location') ?? '');
      const code = codeFrom(back.href);

      const first = await ask(issuer, exchange(code), 'json');
      const again = await ask(issuer, exchange(code));

      expect(back.searchParams.get('state')).toBe('a-state');
      expect(first).toMatchObject({ status: 200, fields: { token_type: 'Bearer', expires_in: 3_600, scope: 'models chat' } });
      expect(issuer.currentTokenOf('f1')).toBe(first.fields['refresh_token']);
      expect(again).toMatchObject({ status: 400, fields: { error: 'invalid_grant' } });
    });

    it.each([
      ['another verifier', { code_verifier: 'another' }],
      ['another redirect', { redirect_uri: 'http://127.0.0.1:1456/callback' }],
      ['another client', { client_id: 'other' }],
    ])('refuses a code with %s, and then for good', async (_what, wrong) => {
      const issuer = await started();
      const code = codeFrom(issuer.approve(authorizeUrl(issuer)));

      expect(await ask(issuer, exchange(code, wrong))).toMatchObject({ fields: { error: 'invalid_grant' } });
      expect(await ask(issuer, exchange(code))).toMatchObject({ fields: { error: 'invalid_grant' } });
    });

    it('tells the browser of a request that it does not take, and of a no', async () => {
      const issuer = await started();
      const errorIn = (url: string): string | null => new URL(url).searchParams.get('error');

      expect(errorIn(issuer.approve(authorizeUrl(issuer, { code_challenge_method: 'plain' })))).toBe('invalid_request');
      expect(errorIn(issuer.approve(authorizeUrl(issuer, { response_type: 'token' })))).toBe('invalid_request');
      expect(errorIn(issuer.deny(authorizeUrl(issuer)))).toBe('access_denied');
      expect(() => issuer.approve(issuer.authorizeUrl)).toThrow('no redirect_uri');
    });

    it('knows its client, by the body or by a Basic header', async () => {
      const issuer = await started({ clientId: 'app', clientSecret: 's p:cret' });
      const { refreshToken } = issuer.issue();
      const refresh = { grant_type: 'refresh_token', refresh_token: refreshToken };
      const basic = `Basic ${Buffer.from(`app:${encodeURIComponent('s p:cret')}`).toString('base64')}`;

      expect(await ask(issuer, refresh)).toMatchObject({ status: 401, fields: { error: 'invalid_client' } });
      expect(await ask(issuer, { ...refresh, client_id: 'app', client_secret: 'no' })).toMatchObject({ status: 401 });
      const { fields } = await ask(issuer, { ...refresh, client_id: 'app', client_secret: 's p:cret' });
      const next = { ...refresh, refresh_token: String(fields['refresh_token']) };
      expect(await ask(issuer, next, 'form', { authorization: basic })).toMatchObject({ status: 200 });
    });

    it('lets a device wait until somebody decides', async () => {
      const issuer = await started({ deviceIntervalSeconds: 2 });
      const begun = await begin(issuer);
      const poll = deviceGrant(begun);

      expect(begun).toMatchObject({ interval: 2, expires_in: 600, verification_uri: `${issuer.baseUrl}/activate` });
      expect(await ask(issuer, poll)).toMatchObject({ fields: { error: 'authorization_pending' } });
      expect(issuer.decideDevice('SIM-0000', 'approved')).toBe(false);
      expect(issuer.decideDevice(String(begun['user_code']), 'approved')).toBe(true);
      expect(await ask(issuer, poll)).toMatchObject({ status: 200, fields: { scope: 'chat' } });
      expect(await ask(issuer, poll)).toMatchObject({ fields: { error: 'invalid_grant' } });
    });

    it('tells a device of a no, and of a code that nobody typed in time', async () => {
      let now = 0;
      const issuer = await started({ now: () => now });
      const [denied, late] = [await begin(issuer), await begin(issuer)];

      issuer.decideDevice(String(denied['user_code']), 'denied');
      expect(await ask(issuer, deviceGrant(denied))).toMatchObject({ fields: { error: 'access_denied' } });
      now = 600_000;
      expect(await ask(issuer, deviceGrant(late))).toMatchObject({ fields: { error: 'expired_token' } });
    });

    it('refuses what it does not know', async () => {
      const issuer = await started();

      expect(await ask(issuer, { grant_type: 'password' })).toMatchObject({ fields: { error: 'unsupported_grant_type' } });
      expect(await ask(issuer, { grant_type: 'authorization_code' })).toMatchObject({ fields: { error: 'invalid_request' } });
      expect(await ask(issuer, { grant_type: 'refresh_token', refresh_token: 'never-seen' })).toMatchObject({
        fields: { error: 'invalid_grant' },
      });
      expect((await fetch(`${issuer.baseUrl}/elsewhere`)).status).toBe(404);
      expect(await ask(issuer, {}, 'json', {}, '[1]')).toMatchObject({ fields: { error: 'unsupported_grant_type' } });
    });
  });

  describe('asked to refresh', () => {
    it('that is strict: replaces the token, and ends the family where a used one comes again', async () => {
      const issuer = await started();
      const { id, refreshToken } = issuer.issue(['chat']);
      const other = issuer.issue();

      const first = await refresh(issuer, refreshToken);
      const access = String(first.fields['access_token']);
      expect(issuer.accepts(access)).toBe(true);
      const again = await refresh(issuer, refreshToken);

      expect(first).toMatchObject({ status: 200, fields: { scope: 'chat' } });
      expect(again).toMatchObject({ status: 400, fields: { error: 'invalid_grant' } });
      expect(issuer.familiesLost).toEqual([id]);
      expect(issuer.accepts(access)).toBe(false);
      expect(await refresh(issuer, String(first.fields['refresh_token']))).toMatchObject({ status: 400 });
      expect(issuer.calls.map(({ outcome }) => outcome)).toEqual(['issued', 'reused', 'revoked']);
      expect(issuer.callsOf(refreshToken)).toBe(2);
      expect(issuer.familyOf(refreshToken)).toBe(id);
      expect(issuer.families.find((family) => family.id === other.id)).toMatchObject({ state: 'live', rotations: 0 });
    });

    it('that has a grace: gives the same successor within it, and only to the last one used', async () => {
      let now = 0;
      const issuer = await started({ rotation: 'grace', graceSeconds: 30, now: () => now });
      const { refreshToken: first } = issuer.issue();

      const { fields } = await refresh(issuer, first);
      const second = String(fields['refresh_token']);
      now = 30_000;
      expect(await refresh(issuer, first)).toMatchObject({ fields: { refresh_token: second } });
      await refresh(issuer, second);
      expect(await refresh(issuer, first)).toMatchObject({ fields: { error: 'invalid_grant' } });

      expect(issuer.calls.map(({ outcome }) => outcome)).toEqual(['issued', 'replayed', 'issued', 'reused']);
    });

    it('that has a grace: ends the family after it', async () => {
      let now = 0;
      const issuer = await started({ rotation: 'grace', graceSeconds: 30, now: () => now });
      const { refreshToken } = issuer.issue();

      await refresh(issuer, refreshToken);
      now = 30_001;

      expect(await refresh(issuer, refreshToken)).toMatchObject({ status: 400 });
      expect(issuer.familiesLost).toEqual(['f1']);
    });

    it('that does not rotate: tells no refresh token again, and takes the old one for ever', async () => {
      const issuer = await started({ rotation: 'none', accessTokenSeconds: null, revokesAccessOnRefresh: true });
      const { refreshToken, accessToken } = issuer.issue();

      const { fields } = await refresh(issuer, refreshToken);
      await refresh(issuer, refreshToken);

      expect(fields).not.toHaveProperty('refresh_token');
      expect(fields).not.toHaveProperty('expires_in');
      expect(issuer.currentTokenOf('f1')).toBe(refreshToken);
      expect(issuer.accepts(accessToken)).toBe(false);
    });
  });

  it('forgets what is revoked, by either of its tokens', async () => {
    const issuer = await started();
    const [byRefresh, byAccess] = [issuer.issue(), issuer.issue()];
    const whoami = async (token: string): Promise<number> =>
      (await fetch(`${issuer.baseUrl}/whoami`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await whoami(byRefresh.accessToken)).toBe(200);

    for (const token of [byRefresh.refreshToken, byAccess.accessToken, 'never-seen']) {
      await fetch(issuer.revokeUrl, { method: 'POST', body: new URLSearchParams({ token }) });
    }

    expect(issuer.families.map(({ state }) => state)).toEqual(['revoked', 'revoked']);
    expect(await whoami(byRefresh.accessToken)).toBe(401);
    expect(await refresh(issuer, byAccess.refreshToken)).toMatchObject({ status: 400 });
    expect(issuer.familiesLost).toEqual([]);
  });

  describe('told to go wrong', () => {
    it.each<[IssuerFault, number, string]>([
      [{ kind: 'rate-limited', retryAfterSeconds: 7 }, 429, 'rate_limited'],
      [{ kind: 'unavailable' }, 503, ''],
      [{ kind: 'malformed' }, 200, 'cut-in-the-mid'],
      [{ kind: 'html' }, 200, '<!doctype html>'],
      [{ kind: 'refused' }, 401, 'invalid_client'],
      [{ kind: 'refused', error: 'invalid_grant', status: 400 }, 400, 'invalid_grant'],
    ])('answers %j so, once, and leaves the tokens as they are', async (fault, status, text) => {
      const issuer = await started();
      const { refreshToken } = issuer.issue();
      issuer.failNext(fault);

      const response = await post(issuer, { grant_type: 'refresh_token', refresh_token: refreshToken });

      expect(response.status).toBe(status);
      expect(await response.text()).toContain(text);
      expect(response.headers.get('retry-after')).toBe(fault.retryAfterSeconds === undefined ? null : '7');
      expect(issuer.currentTokenOf('f1')).toBe(refreshToken);
      expect(await refresh(issuer, refreshToken)).toMatchObject({ status: 200 });
    });

    it.each([false, true])('breaks the connection, with the tokens changed before: %j', async (afterRotation) => {
      const issuer = await started();
      const { refreshToken } = issuer.issue();
      issuer.failNext({ kind: 'reset', afterRotation });

      await expect(refresh(issuer, refreshToken)).rejects.toThrow('fetch failed');

      expect(issuer.currentTokenOf('f1') === refreshToken).toBe(!afterRotation);
      expect(issuer.calls).toMatchObject([{ outcome: afterRotation ? 'issued' : 'fault' }]);
    });

    it('says nothing at all', async () => {
      const issuer = await started();
      issuer.failNext({ kind: 'silence' }, 2);
      const given = new AbortController();
      const answer = fetch(issuer.tokenUrl, { method: 'POST', body: 'grant_type=x', signal: given.signal });
      await until(() => issuer.calls.length === 1);

      given.abort();

      await expect(answer).rejects.toThrow('aborted');
    });

    it('answers late, or with more than anybody wants to read', async () => {
      const issuer = await started({ latencyMs: [1, 2] });
      issuer.setLatency(1);
      issuer.failNext({ kind: 'slow', delayMs: 1 });
      issuer.failNext({ kind: 'gzip-bomb' });

      expect(await refresh(issuer, issuer.issue().refreshToken)).toMatchObject({ status: 200 });
      const bomb = await post(issuer, {});
      expect(bomb.headers.get('content-encoding')).toBe('gzip');
      await bomb.body?.cancel();
    });
  });
});

function post(
  issuer: RunningIssuer,
  fields: Readonly<Record<string, string>>,
  format: 'form' | 'json' = 'form',
  headers: Readonly<Record<string, string>> = {},
  text = JSON.stringify(fields),
): Promise<Response> {
  if (format === 'form') return fetch(issuer.tokenUrl, { method: 'POST', body: new URLSearchParams(fields), headers });
  return fetch(issuer.tokenUrl, { method: 'POST', body: text, headers: { ...headers, 'content-type': 'application/json' } });
}

async function ask(...asked: Parameters<typeof post>): Promise<Answer> {
  const response = await post(...asked);
  return { status: response.status, fields: (await response.json()) as Answer['fields'] };
}

function refresh(issuer: RunningIssuer, refreshToken: string): Promise<Answer> {
  return ask(issuer, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

async function begin(issuer: RunningIssuer): Promise<Answer['fields']> {
  const response = await fetch(issuer.deviceUrl, { method: 'POST', body: new URLSearchParams({ scope: 'chat' }) });
  return (await response.json()) as Answer['fields'];
}

function deviceGrant(begun: Answer['fields']): Readonly<Record<string, string>> {
  return { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: String(begun['device_code']) };
}
