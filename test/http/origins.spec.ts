import type { CanaryListener } from '../support/canary-listener.js';
import { startCanaryListener } from '../support/canary-listener.js';
import { innerUrls } from '../support/inner-urls.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';

const messages = [{ role: 'user', content: 'Hello' }];

describe('where a credential is sent', () => {
  let gateway: TestGateway;
  let canary: CanaryListener;
  let provider = '';
  let credentials: { readonly apiKey: string };
  beforeAll(async () => {
    canary = await startCanaryListener();
    gateway = await startTestGateway({ MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'false' });
    const [first] = gateway.simulators;
    if (first === undefined) throw new Error('there is a simulator');
    provider = first[0];
    credentials = { apiKey: first[1].apiKey };
    await gateway.call('POST', '/api/sessions', { body: { provider, authType: 'api_key', name: 'usual', credentials } });
  }, 60_000);
  afterAll(async () => {
    await gateway.close();
    await canary.close();
  });
  afterEach(() => {
    expect(canary.connections()).toBe(0);
  });

  it('is no place inside, however that is written, when a session is made or given another secret', async () => {
    const urls = innerUrls(canary.port);
    const taken: unknown[] = [];
    for (const baseUrl of urls) {
      const made = { provider, authType: 'api_key', name: 'inner', credentials, baseUrl, verify: true };
      const answers = [
        await gateway.call('POST', '/api/sessions', { body: made }),
        await gateway.call('PUT', `/api/sessions/${provider}/api_key/usual/credentials`, { body: { credentials, baseUrl, verify: true } }),
      ];
      const isRefused = answers.every(
        ({ status, json }) => status === 400 && ['session.base-url-refused', 'request.invalid'].includes(String(json['code'])),
      );
      if (!isRefused) taken.push({ baseUrl, answers: answers.map(({ status, text }) => [status, text]) });
    }
    tellFigure('T35', `${String(urls.length)} addresses inside, refused by two routes each; 0 connections at the listener`);

    expect(taken).toEqual([]);
    expect(new Set(urls).size).toBeGreaterThanOrEqual(150);
  }, 60_000);

  it.each(['baseUrl', 'base_url', 'api_base', 'endpoint', 'proxy', 'url'])(
    'is not what a request says under %s, at any depth',
    async (name) => {
      const inner = `http://127.0.0.1:${String(canary.port)}/v1`;
      const asked = { provider, session: 'usual', model: 'sim-hello', messages };
      const own = { [name]: inner, nested: { [name]: inner } };
      const bodies = [
        { path: '/api/chat', body: { ...asked, [name]: inner } },
        { path: '/api/chat', body: { ...asked, options: { [name]: inner } } },
        { path: '/api/chat', body: { ...asked, providerOptions: { [provider]: own } } },
        { path: '/api/sessions', body: { provider, authType: 'api_key', name: 'nested', credentials: { ...credentials, ...own } } },
        { path: '/api/logins', body: { provider, name: 'nested', [name]: inner } },
        { path: '/v1/chat/completions', body: { model: `${provider}:usual/sim-hello`, messages, ...own, extra_body: own } },
        { path: '/v1/responses', body: { model: `${provider}:usual/sim-hello`, input: 'Hello', ...own, metadata: own } },
        { path: '/v1/messages', body: { model: `${provider}:usual/sim-hello`, max_tokens: 9, messages, ...own } },
        {
          path: `/v1beta/models/${provider}:usual/sim-hello:generateContent`,
          body: { contents: [{ parts: [{ text: 'Hello' }] }], ...own },
        },
      ];
      const headers = {
        'x-maestro-retries': '0',
        [`x-${name.replace('_', '-')}`]: inner,
        'x-forwarded-host': `127.0.0.1:${String(canary.port)}`,
      };
      const answers = await Promise.all(bodies.map(({ path, body }) => gateway.call('POST', path, { body, headers })));

      // Refused, or asked at the provider's own address: never a failure of ours.
      expect(answers.filter(({ status }) => status >= 500).map(({ status, text }) => [status, text])).toEqual([]);
    },
  );

  it.each([['127.0.0.1'], ['[::1]'], ['[::ffff:127.0.0.1]'], ['localhost'], ['2130706433']])(
    'is not %s either where that was kept while it was allowed',
    async (host) => {
      const name = `kept_${String(innerKept++)}`;
      const { json } = await gateway.call('POST', '/api/sessions', { body: { provider, authType: 'api_key', name, credentials } });
      await gateway.database.dataSource.query('update saved_authentications set base_url = $1 where id = $2', [
        `http://${host}:${String(canary.port)}/v1`,
        json['id'],
      ]);
      const body = { provider, session: name, model: 'sim-hello', messages, stream: false };
      const answer = await gateway.call('POST', '/api/chat', { body, headers: { 'x-maestro-retries': '0' } });

      expect(answer).toMatchObject({
        status: 502,
        json: { code: 'upstream.unreachable', detail: expect.stringContaining('ADDRESS_NOT_PUBLIC') },
      });
    },
  );
});

let innerKept = 0;
