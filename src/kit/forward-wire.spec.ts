import type { ProviderClient } from '../contracts/provider-client.js';
import type { RunningSimulator, SimulatedRequest } from '../contracts/simulator.js';
import type { WireRequest } from '../contracts/wire-request.js';
import { forwardWire } from './forward-wire.js';
import { httpClient } from './http-client.js';
import { readText } from './read-body.js';
import { startSimulatorServer } from './simulator-server.js';
import { userAgent } from './user-agent.js';

describe('passing a request on', () => {
  const http = httpClient();
  let server: RunningSimulator;

  beforeAll(async () => {
    server = await startSimulatorServer(() => ({
      status: 429,
      headers: { 'x-kind': 'limited', 'set-cookie': 'a=b', connection: 'x-hop', 'x-hop': '1' },
      body: '{"error":"as it is"}',
    }));
  });
  afterAll(async () => {
    await server.close();
    await http.close();
  });

  const forwarded = async (more: Partial<WireRequest> = {}, base = '/base', text: string | null = '{ "a":1 }') => {
    const client: ProviderClient = {
      baseUrl: `${server.baseUrl}${base}`,
      authorise(headers) {
        headers['x-api-key'] = 'ours';
      },
      http,
      settings: { text: () => undefined, secret: () => undefined },
    };
    const request: WireRequest = {
      dialect: 'words',
      operation: 'chat',
      method: 'POST',
      path: '/v1/words',
      headers: {},
      ...(text !== null && { body: Buffer.from(text) }),
      signal: new AbortController().signal,
      ...more,
    };
    const dialects = [{ dialect: 'words', operations: ['chat', 'other'] as const }];
    const response = await forwardWire(client, request, { provider: 'acme', dialects, defaultHeaders: { 'x-version': '1' } });
    return { response, answer: await readText(response.body, 1000), sent: server.requests.at(-1) as SimulatedRequest };
  };

  it('leaves the body as it is and the answer as it came, whatever its status', async () => {
    const { response, answer, sent } = await forwarded();
    expect(sent).toMatchObject({ method: 'POST', path: '/base/v1/words', body: '{ "a":1 }' });
    expect(response.status).toBe(429);
    expect(response.headers).toMatchObject({ 'x-kind': 'limited', 'content-type': 'application/json' });
    expect(answer).toBe('{"error":"as it is"}');
  });

  it('proves the session and never the client', async () => {
    const credentials = { authorization: 'Bearer theirs', 'x-api-key': 'theirs', 'x-goog-api-key': 'theirs', cookie: 'theirs' };
    const { sent } = await forwarded({ headers: credentials, path: '/v1/words?key=theirs&beta=true' });
    expect(sent.headers['x-api-key']).toBe('ours');
    expect(sent.path).toBe('/base/v1/words?beta=true');
    expect(JSON.stringify(sent)).not.toContain('theirs');
  });

  it('takes headers of the connection, of the client’s machine and of the gateway off', async () => {
    const { sent, response } = await forwarded({
      headers: {
        connection: 'x-mine, x-also-mine',
        'x-mine': '1',
        'x-also-mine': '1',
        'accept-encoding': 'gzip',
        'user-agent': 'theirs',
        'x-forwarded-for': '192.0.2.1',
        'x-stainless-lang': 'js',
        'x-maestro-session': 'work',
        'content-length': '999',
        host: 'gateway',
      },
    });
    const names = ['x-mine', 'x-also-mine', 'x-forwarded-for', 'x-stainless-lang', 'x-maestro-session'];
    for (const name of names) expect(sent.headers).not.toHaveProperty(name);
    expect(sent.headers).toMatchObject({ 'user-agent': userAgent, 'content-length': '9', 'accept-encoding': 'identity' });
    expect(sent.headers['host']).not.toBe('gateway');
    for (const name of ['set-cookie', 'connection', 'x-hop', 'transfer-encoding']) expect(response.headers).not.toHaveProperty(name);
  });

  it('keeps every other header, and adds what the wire needs where the client did not say it', async () => {
    const { sent } = await forwarded({ headers: { 'x-beta': ['a', 'b'], 'content-type': 'application/json' } });
    expect(sent.headers).toMatchObject({ 'x-beta': 'a, b', 'content-type': 'application/json', 'x-version': '1' });
    expect((await forwarded({ headers: { 'x-version': '2' } })).sent.headers['x-version']).toBe('2');
  });

  it('leaves the query as it was written', async () => {
    expect((await forwarded({ path: '/v1/words?q=a%20b&x=%2F' })).sent.path).toBe('/base/v1/words?q=a%20b&x=%2F');
  });

  it('takes other methods, and requests without a body', async () => {
    const { sent } = await forwarded({ method: 'DELETE', operation: 'other' }, '/base', null);
    expect(sent).toMatchObject({ method: 'DELETE', body: '' });
  });

  it.each([
    ['another dialect', { dialect: 'sounds' }],
    ['an operation that the provider does not list', { operation: 'embeddings' as const }],
  ])('refuses %s', async (_what, more) => {
    await expect(forwarded(more)).rejects.toMatchObject({ code: 'operation.unsupported' });
  });

  it.each([
    ['leaves the base', { path: '/../admin' }],
    ['leaves the base in disguise', { path: '/%2e%2e/admin' }],
    ['is none', { path: 'v1/words' }],
    ['goes to another host', { path: '@elsewhere.example/v1' }],
  ])('refuses a path that %s', async (_what, more) => {
    await expect(forwarded(more)).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('refuses a method that is none of HTTP’s usual', async () => {
    await expect(forwarded({ method: 'TRACE' })).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('goes below a base without a path', async () => {
    expect((await forwarded({}, '')).sent.path).toBe('/v1/words');
  });
});
