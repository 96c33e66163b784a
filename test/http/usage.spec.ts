import type { Answer, Call } from '../support/gateway-client.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { until } from '../support/until.js';

interface Group {
  readonly [dimension: string]: unknown;
  readonly requests: number;
  readonly left: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly tokens: Readonly<Record<string, number>>;
  readonly latency: { readonly meanMs: number; readonly slowestMs: number; readonly meanFirstMs?: number };
}

const messages = [{ role: 'user', content: 'Hello' }];

describe('usage', () => {
  let gateway: TestGateway;
  const keys: Record<string, string> = {};
  const total = { requests: 0 };
  const reported: Record<string, number> = { input: 0, output: 0 };

  async function usage(query: string, call: Call = {}): Promise<readonly Group[]> {
    const { status, json, text } = await gateway.call('GET', `/api/usage?${query}`, call);
    if (status !== 200) throw new Error(text);
    return json['data'] as readonly Group[];
  }

  async function ask(caller: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
    total.requests += 1;
    return gateway.call('POST', path, { body, key: keys[caller] ?? null, headers: { 'x-maestro-retries': '0', ...headers } });
  }

  function note(input: unknown, output: unknown): void {
    expect([typeof input, typeof output]).toEqual(['number', 'number']);
    reported['input'] = Number(reported['input']) + Number(input);
    reported['output'] = Number(reported['output']) + Number(output);
  }

  beforeAll(async () => {
    gateway = await startTestGateway();
    for (const [provider, { apiKey }] of gateway.simulators) {
      const body = { provider, authType: 'api_key', name: `work_${provider}`, credentials: { apiKey } };
      await gateway.call('POST', '/api/sessions', { body });
    }
    for (const [name, scopes] of Object.entries({ reader: ['chat', 'usage:read'], other: ['chat'], chief: ['admin'] })) {
      keys[name] = String((await gateway.call('POST', '/api/callers', { body: { name, scopes } })).json['key']);
      await gateway.call('POST', `/api/callers/${name}/grants`, { body: { provider: '*', name: '*' } });
    }
    for (const provider of gateway.simulators.keys()) {
      const chat = { provider, session: `work_${provider}`, model: 'sim-text', messages };
      const streamed = await gateway.chat(chat, { key: keys['reader'] ?? null });
      total.requests += 1;
      const told = streamed.at(-1)?.data['usage'] as Readonly<Record<string, unknown>>;
      note(told['input'], told['output']);
      const whole = await ask('other', '/api/chat', { ...chat, stream: false });
      const used = whole.json['usage'] as Readonly<Record<string, unknown>>;
      note(used['input'], used['output']);
      // Translated for two of three.
      const door = await ask('reader', '/v1/chat/completions', { model: `${provider}/sim-text`, messages });
      const counted = door.json['usage'] as Readonly<Record<string, unknown>>;
      note(counted['prompt_tokens'], counted['completion_tokens']);
      await ask('reader', '/v1/chat/completions', { model: `${provider}/sim-rate-limited`, messages });
      await ask('reader', '/api/chat', { ...chat, model: 'sim-unauthorized', stream: false });
    }
    const body = { model: 'openai/sim-text', messages, stream: true, stream_options: { include_usage: true } };
    const events = (await ask('reader', '/v1/chat/completions', body)).text;
    note(Number(/"prompt_tokens":(\d+)/.exec(events)?.[1]), Number(/"completion_tokens":(\d+)/.exec(events)?.[1]));
    await ask('reader', '/v1/messages/count_tokens', { model: 'anthropic/sim-text', messages });
    await ask('reader', '/v1/embeddings', { model: 'openai/sim-text', input: 'Hello' });
    const leaving = new AbortController();
    total.requests += 1;
    const slow = { provider: 'openai', session: 'work_openai', model: 'sim-slow', messages };
    const { body: bytes } = await gateway.send('POST', '/api/chat', { body: slow, key: keys['reader'] ?? null, signal: leaving.signal });
    await bytes?.getReader().read();
    leaving.abort();
    await until(async () => (await usage('groupBy=total'))[0]?.requests === total.requests);
  }, 60_000);
  afterAll(() => gateway.close());

  it('is every request of everybody, translated or passed on, streamed or whole, with the tokens that the answers told', async () => {
    const [all] = await usage('groupBy=total');
    const ofProviders = await usage('groupBy=provider');

    expect(all).toMatchObject({ ...total, left: 1 });
    expect(all?.tokens).toMatchObject({ input: reported['input'], output: reported['output'] });
    expect(ofProviders.map(({ provider }) => provider)).toEqual([...gateway.simulators.keys()].sort());
    expect(ofProviders.reduce((sum, { requests }) => sum + requests, 0)).toBe(total.requests);
  });

  it('counts what failed by its code, refusals that were passed on, too', async () => {
    const groups = await usage('groupBy=provider,model');

    for (const provider of gateway.simulators.keys()) {
      const of = (model: string): Group | undefined => groups.find((group) => group['provider'] === provider && group['model'] === model);
      expect(of('sim-rate-limited')).toMatchObject({ requests: 1, errors: { 'upstream.rate-limited': 1 } });
      expect(of('sim-unauthorized')).toMatchObject({ requests: 1, errors: { 'session.credential-rejected': 1 } });
      expect(of('sim-text')?.errors).toEqual({});
    }
    expect(await usage('groupBy=outcome&model=sim-slow')).toMatchObject([{ outcome: 'left', requests: 1, left: 1, errors: {} }]);
    expect((await usage('groupBy=operation')).map(({ operation, requests }) => [operation, requests])).toEqual([
      ['chat', total.requests - 2],
      ['count-tokens', 1],
      ['embeddings', 1],
    ]);
  });

  it('is told by caller and session, under the names that they have, and had', async () => {
    const ofOther = await usage('groupBy=caller,session&caller=other');
    expect(ofOther.map(({ caller, session, requests }) => [caller, session, requests])).toEqual(
      expect.arrayContaining([
        [
          { id: expect.any(String) as string, name: 'other' },
          { id: expect.any(String) as string, provider: 'openai', authType: 'api_key', name: 'work_openai' },
          1,
        ],
      ]),
    );

    await gateway.call('PATCH', '/api/sessions/openai/api_key/work_openai', { body: { name: 'renamed' } });
    expect(await usage('groupBy=session&session=renamed&caller=other')).toMatchObject([{ session: { name: 'renamed' }, requests: 1 }]);
    await gateway.call('DELETE', '/api/sessions/openai/api_key/renamed');
    expect(await usage('groupBy=session&session=work_openai&caller=other')).toMatchObject([{ session: { name: 'work_openai' } }]);
    await gateway.call('DELETE', '/api/callers/other');
    expect(await usage('groupBy=caller&caller=other')).toMatchObject([{ caller: { name: 'other' }, requests: gateway.simulators.size }]);
  });

  it('has times that lie within each other', async () => {
    for (const { latency } of await usage('groupBy=provider,outcome')) {
      expect(latency.slowestMs).toBeGreaterThanOrEqual(latency.meanMs);
      if (latency.meanFirstMs !== undefined) expect(latency.slowestMs).toBeGreaterThanOrEqual(latency.meanFirstMs);
    }
    expect((await usage('groupBy=model&model=sim-text'))[0]?.latency.meanFirstMs).toEqual(expect.any(Number));
    expect((await usage('groupBy=day'))[0]).toMatchObject({ day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string });
    expect(await usage('to=2026-01-01T00:00:00Z')).toEqual([]);
  });

  it('is one’s own for who may read usage, everybody’s for admins, nobody’s for others', async () => {
    const own = await usage('groupBy=caller', { key: keys['reader'] ?? null });
    expect(own).toMatchObject([{ caller: { name: 'reader' }, requests: total.requests - gateway.simulators.size }]);
    expect(await usage('groupBy=caller&caller=reader', { key: keys['reader'] ?? null })).toEqual(own);
    expect((await usage('groupBy=caller', { key: keys['chief'] ?? null })).length).toBe(2);
    const refused = await gateway.call('GET', '/api/usage?caller=other', { key: keys['reader'] ?? null });
    expect(refused).toMatchObject({ status: 403, json: { code: 'caller.scope-missing' } });
  });

  it('comes in pages that miss nothing', async () => {
    const all = await usage('groupBy=provider,model,outcome');
    const paged: unknown[] = [];
    for (let cursor: unknown = ''; typeof cursor === 'string';) {
      const { json } = await gateway.call('GET', `/api/usage?groupBy=provider,model,outcome&limit=4${cursor && `&cursor=${cursor}`}`);
      paged.push(...(json['data'] as readonly unknown[]));
      cursor = json['nextCursor'];
    }
    expect(paged).toEqual(all);
  });

  it.each([
    ['groupBy=colour', /groupBy must be one or more of day, hour/],
    ['groupBy=total,model', /groupBy/],
    ['from=yesterday', /from must be a time/],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', /from must be before to/],
    ['limit=201', /limit must be a whole number from 1 to 200/],
    ['cursor=nothing', /cursor must be the nextCursor/],
    [`cursor=${Buffer.from('["\\u0000","m"]').toString('base64url')}`, /cursor must be the nextCursor/],
    ['colour=red', /colour is not known here/],
  ])('is not asked for by %s', async (query, detail) => {
    const { status, json } = await gateway.call('GET', `/api/usage?${query}`);
    expect([status, json['detail']]).toEqual([400, expect.stringMatching(detail)]);
  });

  it('is written to the last request when the gateway stops', async () => {
    const body = { provider: 'anthropic', session: 'work_anthropic', model: 'sim-text', messages, stream: false };
    const last = await Promise.all(Array.from({ length: 20 }, () => ask('reader', '/api/chat', body)));
    expect(last.map(({ status }) => status)).toEqual(last.map(() => 200));
    await gateway.gateway.stop();

    const [row] = await gateway.database.dataSource.query<[{ readonly requests: number }]>(
      'select sum(requests)::int as requests from usage_hours',
    );
    expect(row).toEqual(total);
  });
});
