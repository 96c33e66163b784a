import { MaestroClient } from '../../src/index.js';
import type { MaestroCalls } from '../../src/index.js';
import type { CanaryListener } from '../support/canary-listener.js';
import { startCanaryListener } from '../support/canary-listener.js';
import { codeOf } from '../support/code-of.js';
import { innerUrls } from '../support/inner-urls.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';
import { patternTable, provider, routeTable } from '../support/who-may.js';

const refusals = ['session.base-url-refused', 'request.invalid'];
const names = ['url', 'baseUrl', 'base_url', 'api_base', 'endpoint', 'proxy', 'callback', 'redirectUri', 'webhook', 'tokenUrl'];

describe('an address inside', () => {
  let gateway: TestGateway;
  let client: MaestroClient;
  let canary: CanaryListener;
  let inner = '';
  beforeAll(async () => {
    canary = await startCanaryListener();
    inner = `http://127.0.0.1:${String(canary.port)}/v1`;
    gateway = await startTestGateway({ MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'false', MAESTRO_RPC_URLS: 'tcp://127.0.0.1:0' });
    client = new MaestroClient({ url: gateway.gateway.rpcAddresses[0] ?? '', key: gateway.adminKey });
    await client.call('sessions.create', { provider, authType: 'api_key', name: 'work', credentials: { apiKey: keyOf() } });
  }, 60_000);
  afterAll(async () => {
    await client.close();
    await gateway.close();
    await canary.close();
  });
  afterEach(() => {
    expect(canary.connections()).toBe(0);
  });

  const keyOf = (): string => gateway.simulators.get(provider)?.apiKey ?? '';

  it('is none for a session over messages either, however it is written', async () => {
    const urls = innerUrls(canary.port);
    const session = { provider, authType: 'api_key', name: 'work' };
    const credentials = { apiKey: keyOf() };
    const taken: unknown[] = [];
    for (const baseUrl of urls) {
      const codes = [
        await codeOf(client.call('sessions.create', { provider, authType: 'api_key', name: 'inner', credentials, baseUrl, verify: true })),
        await codeOf(client.call('sessions.replaceCredentials', { session, credentials, baseUrl, verify: true })),
      ];
      if (!codes.every((code) => refusals.includes(code))) taken.push([baseUrl, codes]);
    }
    tellFigure('T35', `${String(urls.length)} addresses inside, by two messages each: 0 connections`);

    expect(taken).toEqual([]);
  }, 60_000);

  it('is for the provider to fetch where it stands in a question', async () => {
    const parts = [
      { type: 'image', url: inner },
      { type: 'file', url: inner, mediaType: 'application/pdf' },
    ];
    const name = `${provider}:work/sim-text`;
    const asked = [
      ...parts.map((part) => ({
        path: '/api/chat',
        body: { provider, session: 'work', model: 'sim-text', messages: [{ role: 'user', content: [part] }] },
      })),
      {
        path: '/v1/chat/completions',
        body: { model: name, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: inner } }] }] },
      },
      {
        path: '/v1/responses',
        body: { model: name, input: [{ role: 'user', content: [{ type: 'input_image', image_url: inner }] }] },
      },
      {
        path: '/v1/messages',
        body: {
          ...{ model: name, max_tokens: 9 },
          messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: inner } }] }],
        },
      },
      {
        path: `/v1beta/models/${name}:generateContent`,
        body: { contents: [{ role: 'user', parts: [{ fileData: { fileUri: inner, mimeType: 'image/png' } }] }] },
      },
    ];
    for (const { path, body } of asked) {
      const { status } = await gateway.call('POST', path, { body, headers: { 'x-maestro-retries': '0' } });
      expect([path, status]).toEqual([path, 200]);
    }
  });

  const routes = [...routeTable].flatMap(([route, { body }]) => (body === undefined ? [] : [[route, body] as const]));

  it.each(routes)('is asked by nobody for whom it stands in a body: %s', async (route, body) => {
    const [method = '', path = ''] = route.split(' ');
    const values = { id: 'work', provider, authType: 'api_key', name: 'work' };
    const at = Object.entries(values).reduce((filled, [name, value]) => filled.replace(`:${name}`, value), path);
    for (const changed of withAddress(body)) {
      const { json } = await gateway.call(method, at, { body: changed, headers: { 'x-maestro-retries': '0' } });
      expect(json['code']).not.toBe('internal');
    }
  });

  const patterns = [...patternTable].flatMap(([pattern, { body }]) => (body === undefined ? [] : [[pattern, body] as const]));

  it.each(patterns)('is asked by nobody for whom it stands in a message: %s', async (pattern, body) => {
    for (const changed of withAddress(body)) {
      const asked =
        pattern === 'chat.stream'
          ? client.completeChat(changed as never, { retries: 0 })
          : client.call(pattern as keyof MaestroCalls, changed, { retries: 0 });
      expect(await codeOf(asked)).not.toBe('internal');
    }
  });

  /** The body with an address in it under every name: beside what it has, in each object of it, and for each text. */
  function withAddress(body: object): readonly object[] {
    const more = Object.fromEntries(names.map((name) => [name, inner]));
    const within = Object.entries(body).flatMap(([name, value]: readonly [string, unknown]): readonly object[] => {
      if (typeof value === 'string') return [{ ...body, [name]: inner }];
      const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value);
      return isPlain ? [{ ...body, [name]: { ...value, ...more } }] : [];
    });
    return [{ ...body, ...more }, ...within, ...names.map((name) => ({ ...body, [name]: inner }))];
  }
});
