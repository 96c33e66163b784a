import { request as rawRequest } from 'node:http';

import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { Call } from '../support/gateway-client.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

let gateway: TestGateway;
let provider: string;
let apiKey: string;
beforeAll(async () => {
  gateway = await startTestGateway();
  [provider = '', { apiKey = '' } = {}] = [...gateway.simulators][0] ?? [];
  await gateway.call('POST', '/api/sessions', { body: aSession() });
}, 60_000);
afterAll(async () => {
  await gateway.close();
});

const canary = 'sk-canary-0123456789abcdefghijklmnop';

function aSession(changes: object = {}): object {
  return { provider, authType: 'api_key', name: 'work_key', credentials: { apiKey }, ...changes };
}

function aChat(changes: object = {}): object {
  return { provider, session: 'work_key', model: 'sim-text', messages: [{ role: 'user', content: 'Hi' }], ...changes };
}

type Case = readonly [name: string, method: string, path: string, call: () => Call, status: number, code: string, detail: RegExp | string];

const inChat: readonly Case[] = [
  ['wrong JSON', 'POST', '/api/chat', () => ({ text: `{"provider":"${canary}` }), 400, 'request.not-json', /could not be read as JSON/],
  ['no body', 'POST', '/api/chat', () => ({}), 400, 'request.invalid', 'the body must be a JSON object'],
  ['an empty body', 'POST', '/api/chat', () => ({ text: '' }), 400, 'request.invalid', 'the body must be a JSON object'],
  ['a list for a body', 'POST', '/api/chat', () => ({ body: [] }), 400, 'request.invalid', 'the body must be a JSON object'],
  ['a body with __proto__', 'POST', '/api/chat', () => ({ text: '{"__proto__":{"a":1}}' }), 400, 'request.not-json', /JSON/],
  [
    'another content type',
    'POST',
    '/api/chat',
    () => ({ text: 'a=b', headers: { 'content-type': 'text/plain' } }),
    400,
    'request.content-type',
    /"text\/plain" is not read here/,
  ],
  [
    'an unknown field',
    'POST',
    '/api/chat',
    () => ({ body: aChat({ colour: canary }) }),
    400,
    'request.invalid',
    /^colour is not known here/,
  ],
  [
    'an unknown field of a message',
    'POST',
    '/api/chat',
    () => ({ body: aChat({ messages: [{ role: 'user', content: 'Hi', colour: 1 }] }) }),
    400,
    'request.invalid',
    'messages[0].colour is not known here',
  ],
  [
    'empty messages',
    'POST',
    '/api/chat',
    () => ({ body: aChat({ messages: [] }) }),
    400,
    'request.invalid',
    /^messages must be a list of 1 to/,
  ],
  [
    'an empty message',
    'POST',
    '/api/chat',
    () => ({ body: aChat({ messages: [{ role: 'user', content: '' }] }) }),
    400,
    'request.invalid',
    'messages[0].content must not be empty',
  ],
  [
    'an unknown provider',
    'POST',
    '/api/chat',
    () => ({ body: aChat({ provider: 'nobody' }) }),
    404,
    'provider.unknown',
    /there is no provider "nobody"; there is /,
  ],
  [
    'a provider that is no id',
    'POST',
    '/api/chat',
    () => ({ body: aChat({ provider: '../etc' }) }),
    404,
    'provider.unknown',
    /there is no provider/,
  ],
  [
    'an unknown session',
    'POST',
    '/api/chat',
    () => ({ body: aChat({ session: 'nothing' }) }),
    404,
    'session.not-found',
    /session "nothing" that you may use/,
  ],
  [
    'an unknown session id',
    'POST',
    '/api/chat',
    () => ({ body: aChat({ session: '00000000-0000-4000-8000-000000000000' }) }),
    404,
    'session.not-found',
    /that you may use/,
  ],
  [
    'an unknown auth type',
    'POST',
    '/api/chat',
    () => ({ body: aChat({ authType: 'magic' }) }),
    400,
    'auth-type.unknown',
    /"magic" is no auth type/,
  ],
  ['no key', 'POST', '/api/chat', () => ({ body: aChat(), key: null }), 401, 'caller.key-missing', /send your Maestro key/],
  [
    'a wrong key',
    'POST',
    '/api/chat',
    () => ({ body: aChat(), key: `mk_${canary}` }),
    401,
    'caller.key-invalid',
    /this Maestro key is unknown/,
  ],
  [
    'a key and wrong JSON: the key comes first',
    'POST',
    '/api/chat',
    () => ({ text: '{', key: canary }),
    401,
    'caller.key-invalid',
    /unknown/,
  ],
  [
    'another scheme',
    'POST',
    '/api/chat',
    () => ({ body: aChat(), key: null, headers: { authorization: `Basic ${canary}` } }),
    401,
    'caller.key-invalid',
    /unknown/,
  ],
  ['an injection for a key', 'POST', '/api/chat', () => ({ body: aChat(), key: "' OR '1'='1" }), 401, 'caller.key-invalid', /unknown/],
];

const names: readonly Case[] = (
  [
    ['ab', /it has 2 characters, at least 3 are needed/],
    ['a'.repeat(51), /it has 51 characters, at most 50 are allowed/],
    ['a b', /only letters/],
    ['work\n', /it starts or ends with a blank/],
    ['wörk', /only letters/],
    ['work🎻', /only letters/],
    ['', /at least 3/],
    ['00000000-0000-4000-8000-000000000000', /the form of a UUID/],
  ] as const
).map(([name, detail]) => [
  `the session name ${JSON.stringify(name)}`,
  'POST',
  '/api/sessions',
  () => ({ body: aSession({ name }) }),
  400,
  'session.name-invalid',
  detail,
]);

const inSessions: readonly Case[] = [
  ['a taken name', 'POST', '/api/sessions', () => ({ body: aSession() }), 409, 'session.name-taken', /already has a session "work_key"/],
  [
    'a name taken but for case',
    'POST',
    '/api/sessions',
    () => ({ body: aSession({ name: 'WORK_KEY' }) }),
    409,
    'session.name-taken',
    /already has/,
  ],
  [
    'an unknown provider of a session',
    'POST',
    '/api/sessions',
    () => ({ body: aSession({ provider: 'nobody', name: 'work_new' }) }),
    404,
    'provider.unknown',
    /nobody/,
  ],
  [
    'a provider id of a session that is none',
    'POST',
    '/api/sessions',
    () => ({ body: aSession({ provider: 'A B', name: 'work_new' }) }),
    400,
    'provider.id-invalid',
    /is no provider id/,
  ],
  [
    'an auth type that is none',
    'POST',
    '/api/sessions',
    () => ({ body: aSession({ authType: 'key', name: 'work_new' }) }),
    400,
    'auth-type.unknown',
    /oauth and api_key/,
  ],
  [
    'credentials that are a text',
    'POST',
    '/api/sessions',
    () => ({ body: aSession({ name: 'work_new', credentials: canary }) }),
    400,
    'request.invalid',
    'credentials must be an object',
  ],
  [
    'credentials without a key',
    'POST',
    '/api/sessions',
    () => ({ body: aSession({ name: 'work_new', credentials: { key: canary } }) }),
    400,
    'request.invalid',
    /an apiKey or an accessToken/,
  ],
  [
    'credentials of another kind',
    'POST',
    '/api/sessions',
    () => ({ body: aSession({ name: 'work_new', credentials: { accessToken: canary } }) }),
    400,
    'session.credentials-invalid',
    /they are for oauth/,
  ],
  [
    "somebody else's field",
    'POST',
    '/api/sessions',
    () => ({ body: aSession({ name: 'work_new', ownerId: 1 }) }),
    400,
    'request.invalid',
    /^ownerId is not known here/,
  ],
  [
    'a base URL with a password',
    'POST',
    '/api/sessions',
    () => ({ body: aSession({ name: 'work_new', baseUrl: `https://user:${canary}@a.test` }) }),
    400,
    'session.base-url-refused',
    /cannot be used/,
  ],
  [
    'a session of more than 64 KiB',
    'POST',
    '/api/sessions',
    () => ({ body: aSession({ label: 'l'.repeat(70_000) }) }),
    413,
    'request.too-large',
    'the request is over the limit of 64 KiB',
  ],
  ['an id that is none', 'GET', '/api/sessions/nothing', () => ({}), 404, 'session.not-found', /"nothing"/],
  [
    'a limit out of bounds',
    'GET',
    '/api/sessions?limit=0',
    () => ({}),
    400,
    'request.invalid',
    'limit must be a whole number from 1 to 200',
  ],
  ['a limit given twice', 'GET', '/api/sessions?limit=1&limit=2', () => ({}), 400, 'request.invalid', /limit must be/],
  ['an unknown filter', 'GET', `/api/sessions?apikey=${canary}`, () => ({}), 400, 'request.invalid', /^apikey is not known here/],
  ['a cursor that is none', 'GET', '/api/sessions?cursor=nothing', () => ({}), 400, 'request.invalid', /cursor/],
  [
    'an auth type in an address that is none',
    'GET',
    '/api/sessions/a-provider/key/work_key',
    () => ({}),
    400,
    'auth-type.unknown',
    /"key"/,
  ],
  [
    'a name in an address that is none',
    'PATCH',
    '/api/sessions/a-provider/api_key/x',
    () => ({ body: {} }),
    400,
    'session.name-invalid',
    /it has 1 characters/,
  ],
  [
    'an unknown address',
    'GET',
    `/api/nothing?key=${canary}`,
    () => ({}),
    404,
    'route.unknown',
    'GET "/api/nothing" is not served; see /openapi.json for what is',
  ],
  ['an unknown method', 'DELETE', '/api/chat', () => ({}), 404, 'route.unknown', /DELETE/],
  ['an address that cannot be read', 'GET', '/api/sessions/%zz', () => ({}), 400, 'request.invalid', 'the address cannot be read'],
  ['an unknown provider in an address', 'GET', '/api/providers/nobody', () => ({}), 404, 'provider.unknown', /nobody/],
];

describe('bad input', () => {
  it.each([...inChat, ...names, ...inSessions])('%s is a problem document', async (_name, method, path, call, status, code, detail) => {
    const answer = await gateway.call(method, path, call());

    expect(answer.json).toMatchObject({ code, status, type: `urn:maestro:problem:${code}`, requestId: answer.headers.get('x-request-id') });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    if (typeof detail === 'string') expect(answer.json['detail']).toBe(detail);
    else expect(answer.json['detail']).toMatch(detail);
    expect(answer.text).not.toContain(canary);
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="maestro"' : null);
  });

  it('is listed problem by problem', async () => {
    const { json } = await gateway.call('POST', '/api/chat', { body: { provider: 5 } });

    expect(json['problems']).toEqual([
      'provider must be a text',
      'session is missing; it must be a text',
      'model is missing; it must be a text',
      'messages is missing; it must be a list of 1 to 10000 objects',
    ]);
  });

  it('may be a chat of some megabytes, but not of more than 32', async () => {
    const answer = await gateway.call('POST', '/api/chat', {
      body: aChat({ session: 'nothing', messages: [{ role: 'user', content: 'x'.repeat(5_000_000) }] }),
    });
    const more = await gateway.call('POST', '/api/chat', {
      body: aChat({ messages: [{ role: 'user', content: 'x'.repeat(34_000_000) }] }),
    });

    expect(answer.json['code']).toBe('session.not-found');
    expect(more).toMatchObject({ status: 413, json: { detail: 'the request is over the limit of 32 MiB' } });
  });

  it('is not let in by what it says of its host', async () => {
    const { hostname, port } = new URL(gateway.gateway.url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      rawRequest({ hostname, port, path: '/api/sessions', headers: { host: `${hostname}:${port}/health/live#@` } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

    expect(status).not.toBe(200);
  });

  it('takes over the request id of the caller where it is a plain one', async () => {
    const plain = await gateway.call('GET', '/api/providers', { headers: { 'x-request-id': 'trace-1.2_3' } });
    const other = await gateway.call('GET', '/api/providers', { headers: { 'x-request-id': 'x'.repeat(80) } });

    expect(plain.headers.get('x-request-id')).toBe('trace-1.2_3');
    expect(other.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  it('leaves no secret in the log, and the process unharmed', async () => {
    const { status } = await gateway.call('GET', '/health/ready');
    const events = await gateway.chat(aChat());

    expect(status).toBe(200);
    expect(events.at(-1)?.data['type']).toBe('message-end');
    for (const secret of [canary, apiKey, gateway.adminKey]) expect(gateway.log()).not.toContain(secret);
    expect(gateway.log()).toContain('"failure":"session.name-invalid"');
    expect(gateway.log()).not.toContain(new MaestroError('internal', {}).code + '"');
  });
});
