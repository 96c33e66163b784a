import { readFileSync } from 'node:fs';

import { Secret } from '../../src/contracts/secret.js';
import { callerKeyFromText, textFromCallerKey } from '../../src/core/access/caller-key.js';
import { doors } from '../../src/transports/http/doors/doors.js';
import { rawRequest } from '../support/raw-request.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { provider, routeTable, someKey } from '../support/who-may.js';

let gateway: TestGateway;
/** Of a caller that may do nothing but chat. */
let key: string;
beforeAll(async () => {
  gateway = await startTestGateway();
  const body = { provider, authType: 'api_key', name: 'hidden_one', credentials: { apiKey: someKey } };
  await gateway.call('POST', '/api/sessions', { body });
  key = String((await gateway.call('POST', '/api/callers', { body: { name: 'hidden_caller' } })).json['key']);
}, 60_000);
afterAll(() => gateway.close());

const mounts = doors.flatMap((door) => door.mounts);

describe('what went wrong in gateways of others', () => {
  it('LiteLLM CVE-2026-42208: a key that is a piece of SQL is an unknown key', async () => {
    const keys = ["' OR '1'='1", "sk-' OR '1'='1' --", "' UNION SELECT 'admin' --", "mk_' OR key_hash IS NOT NULL --"];
    const answers = keys.flatMap((each) =>
      ['/api/sessions', '/api/callers', ...mounts.map((mount) => `${mount}/models`)].map(async (path) => {
        const { status, text } = await gateway.call('GET', path, { key: each });
        return { path, status, echoes: text.includes(each) };
      }),
    );
    for (const { path, ...told } of await Promise.all(answers)) expect({ path, ...told }).toEqual({ path, status: 401, echoes: false });
  });

  const targets = [
    'GET /api/callers',
    'GET http://localhost:4000/api/callers',
    'GET http://attacker/health/live/../../api/callers',
    'GET //api/callers',
    'GET /health/live/../../api/callers',
    'GET /docs/../api/callers',
    'GET /docs/%2e%2e/api/callers',
    'GET /docs/..%2fapi/callers',
    'GET /openapi.json/../api/callers',
    'GET /api/callers#/health/live',
    'GET /api/callers?/health/live',
    'GET /api/callers;/health/live',
    'GET /API/callers',
    'GET /api/%63allers',
    'POST /api/callers',
  ];
  const tricks = [
    'host: localhost:4000/#@attacker',
    'host: localhost:4000/health/live?',
    'host: localhost:4000\\@attacker',
    'host: @',
    'host:',
    'host: localhost\r\nx-original-url: /health/live',
    'host: localhost\r\nx-rewrite-url: /health/live',
    'host: localhost\r\nx-forwarded-host: localhost/#@attacker\r\nx-forwarded-prefix: /docs',
    'host: localhost\r\nx-http-method-override: OPTIONS',
    'host: localhost\r\nx-forwarded-for: 127.0.0.1\r\nforwarded: for=127.0.0.1',
    'host: localhost\r\nhost: attacker',
  ];

  it('sees where one is let in, by the key of the operator alone', async () => {
    const head = ['GET /api/callers HTTP/1.1', 'host: localhost', `authorization: Bearer ${gateway.adminKey}`];
    expect(await rawRequest(gateway.gateway.url, head)).toMatch(/^HTTP\/1\.1 200 [^]*hidden_caller/);
  });

  it.each(targets)('LiteLLM CVE-2026-49468: no host and no way to write it opens %s', async (target) => {
    for (const trick of tricks) {
      for (const authorization of [undefined, 'Bearer mk_none', `Bearer ${key}`]) {
        const head = [`${target} HTTP/1.1`, trick, 'content-type: application/json'];
        const body = target.startsWith('POST') ? JSON.stringify({ name: 'made_by_trick', scopes: ['admin'] }) : '';
        const answer = await rawRequest(
          gateway.gateway.url,
          [...head, ...(authorization === undefined ? [] : [`authorization: ${authorization}`])],
          body,
        );
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

        expect({ target, trick, status, isRefused: status >= 400 && status < 500 }).toMatchObject({ isRefused: true });
        expect(answer).not.toMatch(/hidden_caller|made_by_trick|"key":"mk_/);
      }
    }
    expect((await gateway.call('GET', '/api/callers/made_by_trick')).status).toBe(404);
  });

  it('LiteLLM CVE-2026-59822: a made-up key opens no path of any door, known or not', async () => {
    const paths = mounts.flatMap((mount) =>
      ['/models', '/chat/completions', '/messages', '/mcp', '/anything/else'].map((path) => mount + path),
    );
    for (const made of ['mk_x', 'sk-1234', 'undefined', 'null', '{}', `${key}x`]) {
      for (const path of paths) expect([path, (await gateway.call('POST', path, { key: made, body: {} })).status]).toEqual([path, 401]);
    }
  });

  it('LiteLLM CVE-2026-35030: two keys of one beginning are never one caller', async () => {
    const parts = callerKeyFromText(key);
    if (parts === undefined) throw new Error('the key has no parts');
    const secret = parts.secret.reveal();
    const other = secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A');
    const twin = textFromCallerKey({ ...parts, secret: Secret.of(other) }).reveal();
    expect([twin.slice(0, 64), twin === key]).toEqual([key.slice(0, 64), false]);
    const status = async (each: string): Promise<number> => (await gateway.call('GET', '/v1/models', { key: each })).status;

    // In either order, and while the true one is remembered.
    expect([await status(twin), await status(key), await status(twin), await status(key)]).toEqual([401, 200, 401, 200]);
    expect(await Promise.all([twin, key, twin, key].map(status))).toEqual([401, 200, 401, 200]);
  });

  it('better-auth CVE-2025-61928: nobody is who a body says', async () => {
    const names = ['userId', 'ownerId', 'callerId', 'caller', 'tenantId', 'tenant', 'scopes', 'admin', 'isAdmin'];
    const credentials = { apiKey: someKey };
    for (const name of names) {
      const body = { provider, authType: 'api_key', name: 'made_for', credentials, [name]: 'admin' };
      expect([name, (await gateway.call('POST', '/api/sessions', { body })).status]).toEqual([name, 400]);
      expect([name, (await gateway.call('GET', `/api/callers?${name}=admin`, { key })).status]).toEqual([name, 400]);
    }
  });

  it('better-auth CVE-2025-71400: nobody changes or deletes by an id what is not theirs', async () => {
    const { json } = await gateway.call('GET', `/api/sessions/${provider}/api_key/hidden_one`);
    const writer = await gateway.call('POST', '/api/callers', { body: { name: 'writing_caller', scopes: ['sessions:write', 'chat'] } });
    const at = `/api/sessions/${String(json['id'])}`;
    const tries = [
      ['DELETE', at, {}],
      ['PATCH', at, { label: 'mine' }],
      ['PUT', `${at}/credentials`, { credentials: { apiKey: someKey } }],
      ['POST', `${at}/clone`, { name: 'copy_of_hidden' }],
    ] as const;
    for (const [method, path, body] of tries) {
      const call = { key: String(writer.json['key']), ...(method !== 'DELETE' && { body }) };
      const { status, json: answer } = await gateway.call(method, path, call);
      expect([method, path, status, answer['code']]).toEqual([method, path, 404, 'session.not-found']);
    }
    expect((await gateway.call('GET', at)).json).toEqual(json);
  });

  it('n8n CVE-2026-33722: what may not be used may not be referred to', async () => {
    const { status, json } = await gateway.call('PUT', `/api/callers/hidden_caller/defaults/${provider}`, {
      body: { session: 'hidden_one' },
    });
    expect([status, json['code']]).toEqual([404, 'session.not-found']);
  });

  it('n8n CVE-2026-21858: a body of another content type is not read', async () => {
    const types = [
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/xml',
      'application/json-patch+json',
    ];
    const text = JSON.stringify({ name: 'made_by_type', scopes: ['admin'] });
    for (const type of types) {
      const { status } = await gateway.call('POST', '/api/callers', { text, headers: { 'content-type': type } });
      expect([type, status]).toEqual([type, 400]);
    }
    expect((await gateway.call('GET', '/api/callers/made_by_type')).status).toBe(404);
  });

  const bodies = [...routeTable].flatMap(([route, { body }]) =>
    body === undefined || route.includes('/sessions/:id') ? [] : [[route, body] as const],
  );

  it.each(bodies)('TypeORM CVE-2025-60542: no object stands for a text at %s', async (route, body) => {
    const [method = '', path = ''] = route.split(' ');
    const values = { id: 'hidden_caller', provider, authType: 'api_key', name: 'hidden_one' };
    const at = Object.entries(values).reduce((filled, [name, value]) => filled.replace(`:${name}`, value), path);
    const changed = [{ $ne: '' }, { or: '1=1' }, ['a'], [{}], 1, true].flatMap((strange) => withEachText(body, strange));
    expect(changed.length).toBeGreaterThan(0);
    for (const strange of changed) {
      const { status, json } = await gateway.call(method, at, { body: strange });
      expect({ strange, status, code: json['code'] }).toEqual({ strange, status: 400, code: expect.any(String) as string });
    }
  });

  it('TypeORM CVE-2025-60542, NestJS GHSA-hpwf-8g29-85qm: versions from before their mending are not installed', () => {
    const versionOf = (name: string): readonly number[] => {
      const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { readonly version: string };
      return version.split('.').map(Number);
    };
    const isAtLeast = (name: string, floor: readonly number[]): boolean => {
      const at = versionOf(name);
      const differing = floor.findIndex((part, index) => at[index] !== part);
      return differing === -1 || (at[differing] ?? 0) > (floor[differing] ?? 0);
    };
    expect({ typeorm: isAtLeast('typeorm', [0, 3, 26]), microservices: isAtLeast('@nestjs/microservices', [11, 1, 19]) }).toEqual({
      ...{ typeorm: true, microservices: true },
    });
  });
});

/** The body once for each text in it, with something else in the text's place. */
function withEachText(body: unknown, strange: unknown): readonly unknown[] {
  if (typeof body === 'string') return [strange];
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([name, value]) =>
    withEachText(value, strange).map((each) =>
      Array.isArray(body) ? body.map((item: unknown, index) => (String(index) === name ? each : item)) : { ...body, [name]: each },
    ),
  );
}
