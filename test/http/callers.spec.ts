import type { Answer } from '../support/gateway-client.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway, wireMakers } from '../support/start-gateway.js';

const [provider = ''] = wireMakers;
const path = `/api/sessions/${provider}/api_key`;
const nobody = '11111111-2222-4333-8444-555555555555';

interface TestCaller {
  readonly id: string;
  readonly key: string;
}

describe('callers over REST', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  }, 60_000);
  afterAll(async () => {
    await gateway.close();
  });

  async function aCaller(name: string, ...scopes: readonly string[]): Promise<TestCaller> {
    const { status, json, text } = await gateway.call('POST', '/api/callers', { body: { name, ...(scopes.length > 0 && { scopes }) } });
    if (status !== 201) throw new Error(text);
    return { id: String(json['id']), key: String(json['key']) };
  }

  function aSession(name: string, key?: string): Promise<Answer> {
    const apiKey = gateway.simulators.get(provider)?.apiKey ?? '';
    const body = { provider, authType: 'api_key', name, credentials: { apiKey } };
    return gateway.call('POST', '/api/sessions', { body, ...(key !== undefined && { key }) });
  }

  it('are made with a key that is told this once, and never again or anywhere', async () => {
    const body = { name: 'team_1', scopes: ['chat', 'usage:read'], expiresAt: '2099-01-01T00:00:00+01:00', limits: { streams: 2 } };
    const made = await gateway.call('POST', '/api/callers', { body });
    const { id, key, ...told } = made.json;
    const shown = await gateway.call('GET', `/api/callers/${String(id)}`);
    const listed = await gateway.call('GET', '/api/callers?limit=200');
    const trail = await gateway.call('GET', `/api/audit?target=${String(id)}`);

    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`/api/callers/${String(id)}`);
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect(told).toEqual({
      ...{ name: 'team_1', scopes: ['chat', 'usage:read'], grants: [], defaults: {}, limits: { streams: 2 } },
      ...{ createdAt: expect.any(String) as string, expiresAt: '2098-12-31T23:00:00.000Z' },
    });
    expect(shown.json).toEqual({ id, ...told });
    expect(listed.json['data']).toContainEqual({ id, ...told });
    expect(trail.json['data']).toMatchObject([{ actor: 'admin', action: 'caller.create', target: id }]);
    const secret = String(key).split('_')[2] ?? '';
    expect(secret).toHaveLength(43);
    expect(shown.text + listed.text + trail.text + gateway.log()).not.toContain(secret);
  });

  it.each([
    {},
    { name: 'x' },
    { name: 7 },
    { name: 'bad_1', scopes: ['everything'] },
    { name: 'bad_1', scopes: [] },
    { name: 'bad_1', expiresAt: 'tomorrow' },
    { name: 'bad_1', expiresAt: '2020-01-01T00:00:00Z' },
    { name: 'bad_1', limits: { streams: 0 } },
    { name: 'bad_1', limits: { steams: 1 } },
    { name: 'bad_1', id: nobody },
    { name: { $ne: 1 } },
  ])('are not made of %j', async (body) => {
    expect(await gateway.call('POST', '/api/callers', { body })).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
  });

  it('use what is granted to them and nothing else, which looks as if it was not there', async () => {
    await Promise.all(['open_1', 'open_2', 'closed_1'].map((name) => aSession(name)));
    const { id, key } = await aCaller('reader', 'sessions:read');
    const named = async (): Promise<readonly unknown[]> => {
      const { json } = await gateway.call('GET', `/api/sessions?provider=${provider}`, { key });
      return (json['data'] as readonly { readonly name: string }[]).map(({ name }) => name).sort();
    };
    expect(await named()).toEqual([]);

    const grant = await gateway.call('POST', `/api/callers/${id}/grants`, { body: { provider, name: 'open_*' } });

    expect(grant).toMatchObject({ status: 201, json: { provider, name: 'open_*' } });
    expect(await named()).toEqual(['open_1', 'open_2']);
    expect(await gateway.call('GET', `${path}/open_1`, { key })).toMatchObject({ status: 200 });
    const hidden = await gateway.call('GET', `${path}/closed_1`, { key });
    const missing = await gateway.call('GET', `${path}/missing1`, { key });
    expect([hidden.status, withoutItself(hidden, 'closed_1')]).toEqual([404, withoutItself(missing, 'missing1')]);
    expect(await gateway.call('DELETE', `${path}/open_1`, { key })).toMatchObject({ status: 403, json: { code: 'caller.scope-missing' } });

    const taken = await gateway.call('DELETE', `/api/callers/reader/grants/${String(grant.json['id'])}`);
    expect(taken.status).toBe(204);
    expect(await named()).toEqual([]);
  });

  it('look at 404s that are alike for ids of others and for ids of nobody', async () => {
    const ids = await Promise.all(['idor_1', 'idor_2', 'idor_3'].map(async (name) => String((await aSession(name)).json['id'])));
    const { key } = await aCaller('guesser', 'sessions:read', 'sessions:write', 'chat');
    const guesses = [...ids, nobody, ids[0]?.replace(/.$/, (last) => (last === '0' ? '1' : '0')) ?? ''];

    const answers = await Promise.all(
      guesses.flatMap((guess) =>
        (['GET', 'DELETE', 'PATCH'] as const).map(async (method) => {
          const answer = await gateway.call(method, `/api/sessions/${guess}`, { key, ...(method === 'PATCH' && { body: {} }) });
          return JSON.stringify([answer.status, withoutItself(answer, guess)]);
        }),
      ),
    );

    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('session.not-found');
  });

  it('are granted at once what they make, and nobody else is', async () => {
    const maker = await aCaller('maker', 'sessions:write', 'sessions:read');
    const other = await aCaller('other', 'sessions:write', 'sessions:read');
    const made = await aSession('made_by_maker', maker.key);
    const copied = await gateway.call('POST', `${path}/made_by_maker/clone`, { key: maker.key, body: { name: 'copied_by_maker' } });

    expect([made.status, copied.status]).toEqual([201, 201]);
    for (const name of ['made_by_maker', 'copied_by_maker']) {
      expect(await gateway.call('GET', `${path}/${name}`, { key: maker.key })).toMatchObject({ status: 200 });
      expect(await gateway.call('GET', `${path}/${name}`, { key: other.key })).toMatchObject({ status: 404 });
    }
    expect(await aSession('made_by_maker', other.key)).toMatchObject({ status: 409, json: { code: 'session.name-taken' } });
    expect(await gateway.call('DELETE', `${path}/made_by_maker`, { key: maker.key })).toMatchObject({ status: 204 });
    expect(await aSession('made_by_maker', other.key)).toMatchObject({ status: 201 });
    expect(await gateway.call('GET', `${path}/made_by_maker`, { key: maker.key })).toMatchObject({ status: 404 });
  });

  it('have a default session each, by the name or the id of one that they may use', async () => {
    const { json } = await aSession('usual_1');
    const { id } = await aCaller('chatty');
    const put = (session: string, at = provider): Promise<Answer> =>
      gateway.call('PUT', `/api/callers/${id}/defaults/${at}`, { body: { session } });

    expect(await put('usual_1')).toMatchObject({ status: 404, json: { code: 'session.not-found' } });
    await gateway.call('POST', `/api/callers/${id}/grants`, { body: { provider, authType: 'api_key', name: 'usual_1' } });
    expect(await put('usual_1')).toMatchObject({ status: 200, json: { defaults: { [provider]: json['id'] } } });
    expect(await put(String(json['id']))).toMatchObject({ status: 200 });
    expect(await put('usual_1', 'NOT')).toMatchObject({ status: 400 });
    expect(await gateway.call('DELETE', `/api/callers/${id}/defaults/${provider}`)).toMatchObject({ status: 204 });
    expect((await gateway.call('GET', `/api/callers/${id}`)).json).toMatchObject({ defaults: {} });
  });

  it('open nothing once they are revoked, and cannot be told from keys that never were', async () => {
    const { id, key } = await aCaller('shortlived', 'sessions:read');
    expect(await gateway.call('GET', '/api/sessions', { key })).toMatchObject({ status: 200 });

    expect(await gateway.call('DELETE', '/api/callers/shortlived')).toMatchObject({ status: 204 });

    const revoked = await gateway.call('GET', '/api/sessions', { key });
    const unknown = await gateway.call('GET', '/api/sessions', { key: 'mk_never_made' });
    expect([revoked.status, withoutItself(revoked, key)]).toEqual([401, withoutItself(unknown, 'mk_never_made')]);
    expect(await gateway.call('DELETE', `/api/callers/${id}`)).toMatchObject({ status: 404, json: { code: 'caller.not-found' } });
    expect((await gateway.call('GET', `/api/callers/${id}`)).json).toMatchObject({ revokedAt: expect.any(String) as string });
  });

  it('are let through as often as their limit says', async () => {
    const body = { name: 'hasty', scopes: ['sessions:read'], limits: { requestsPerMinute: 1 } };
    const key = String((await gateway.call('POST', '/api/callers', { body })).json['key']);
    const first = await gateway.call('GET', '/api/sessions', { key });
    const second = await gateway.call('GET', '/api/sessions', { key });

    expect(first.status).toBe(200);
    expect(second).toMatchObject({ status: 429, json: { code: 'caller.rate-limited', retryable: true } });
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('are explained to an admin', async () => {
    const { json } = await aSession('asked_1');
    const { id } = await aCaller('asker');
    const why = (query: string): Promise<Answer> => gateway.call('GET', `/api/callers/asker/why?${query}`);
    const about = { callerId: id, sessionId: json['id'] };

    expect((await why(`provider=${provider}&session=asked_1`)).json).toEqual({
      ...about,
      scope: 'chat',
      isAllowed: false,
      reason: 'not-granted',
    });
    const grant = await gateway.call('POST', `/api/callers/${id}/grants`, { body: { provider: '*', name: 'asked_*' } });
    expect((await why(`session=${String(json['id'])}`)).json).toEqual({
      ...about,
      scope: 'chat',
      isAllowed: true,
      reason: 'granted',
      grant: grant.json,
    });
    expect((await why(`session=${String(json['id'])}&scope=admin`)).json).toMatchObject({ isAllowed: false, reason: 'scope-missing' });
    expect(await why('session=asked_1')).toMatchObject({ status: 404 });
    expect(await why('session=asked_1&scope=all')).toMatchObject({ status: 400 });
  });
});

/** What an answer says, but for the name that was asked for and the request's own id. */
function withoutItself({ text }: Answer, name: string): string {
  return text.replaceAll(name, '…').replace(/"requestId":"[^"]*"/, '');
}
