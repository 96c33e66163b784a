import { request } from 'node:http';

import fc from 'fast-check';

import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { payloads } from '../support/injections.js';
import { provider } from '../support/who-may.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
}, 60_000);
afterAll(() => gateway.close());

async function made(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const { status, json, text } = await gateway.call('POST', path, { body });
  if (status !== 201) throw new Error(text);
  return json;
}

describe('what a provider sees', () => {
  it('is the secret of the session that was named, and nothing where it is not granted', async () => {
    const simulator = gateway.simulators.get(provider);
    if (simulator === undefined) throw new Error('there is no simulator');
    const names = ['red_1', 'red_2', 'blue_1', 'blue_2'];
    const secretOf = (name: string): string => `${simulator.apiKey}-${name.replace('_', '')}`;
    const ids = new Map<string, string>();
    for (const name of names) {
      const session = { provider, authType: 'api_key', name, credentials: { apiKey: secretOf(name) } };
      ids.set(name, String((await made('/api/sessions', session))['id']));
    }
    const patterns = { reds: 'red_*', second: 'blue_2', all: '*', none: 'green_*' };
    const keys = new Map<string, string>();
    for (const [name, pattern] of Object.entries(patterns)) {
      keys.set(name, String((await made('/api/callers', { name: `caller_${name}` }))['key']));
      await made(`/api/callers/caller_${name}/grants`, { provider, name: pattern });
    }
    const may = (caller: string, name: string): boolean =>
      ({ reds: name.startsWith('red'), second: name === 'blue_2', all: true })[caller] ?? false;
    const messages = [{ role: 'user', content: 'Hello' }];
    const ways: readonly ((name: string) => {
      readonly path: string;
      readonly body?: object;
      readonly headers?: Record<string, string>;
    })[] = [
      (name) => ({ path: '/api/chat', body: { provider, session: name, model: 'm', messages } }),
      (name) => ({ path: '/api/chat', body: { provider, session: ids.get(name), model: 'm', messages, stream: false } }),
      (name) => ({ path: '/v1/chat/completions', body: { model: `${provider}:${name}/m`, messages } }),
      (name) => ({ path: '/v1/chat/completions', body: { model: `${provider}/m`, messages }, headers: { 'x-maestro-session': name } }),
      (name) => ({ path: `/api/sessions/${provider}/api_key/${name}/models` }),
      (name) => ({ path: `/api/sessions/${String(ids.get(name))}/test`, body: {} }),
    ];

    let seen = 0;
    const asked = fc.record({
      caller: fc.constantFrom(...Object.keys(patterns)),
      name: fc.constantFrom(...names),
      way: fc.constantFrom(...ways),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 2, maxLength: 6 }), async (several) => {
        const before = simulator.requests.length;
        await Promise.all(
          several.map(({ caller, name, way }) => {
            const { path, body, headers = {} } = way(name);
            const method = body === undefined ? 'GET' : 'POST';
            const retries = { 'x-maestro-retries': '0', ...headers };
            return gateway.call(method, path, { key: keys.get(caller) ?? null, headers: retries, ...(body && { body }) });
          }),
        );
        const arrived = simulator.requests.slice(before).map(({ headers }) => JSON.stringify(headers));
        const named = several.filter(({ caller, name }) => may(caller, name)).map(({ name }) => secretOf(name));
        seen += arrived.length;
        for (const headers of arrived) {
          expect(named.filter((secret) => headers.includes(secret)).length).toBeGreaterThan(0);
          expect(headers).not.toContain('mk_');
        }
        for (const name of names.filter((each) => !named.includes(secretOf(each)))) {
          expect(arrived.filter((headers) => headers.includes(secretOf(name)))).toEqual([]);
        }
      }),
      { numRuns: 15 },
    );
    expect(seen).toBeGreaterThan(5);
  }, 60_000);
});

/** Every row of every table. When something was last used is written a moment later. */
async function rows(): Promise<unknown> {
  const { dataSource } = gateway.database;
  const tables = await dataSource.query<readonly { readonly name: string }[]>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_name <> 'replicas' order by 1`,
  );
  const sums: Record<string, unknown> = {};
  for (const { name } of tables) {
    [sums[name]] = await dataSource.query<readonly unknown[]>(
      `select count(*)::int, md5(string_agg(row, '|' order by row)) from (select (to_jsonb(t) - 'last_used_at')::text as row from ${name} t) u`,
    );
  }
  return sums;
}

/** Past every client that would set the header right. */
function statusWithHost(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(`${gateway.gateway.url}/api/audit`, { headers: { host, authorization: 'Bearer mk_none' } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end();
  });
}

describe('text that wants to be a statement', () => {
  const places: Readonly<Record<string, (payload: string) => Promise<number>>> = {
    authorization: async (payload) => (await gateway.call('GET', '/api/sessions', { key: payload })).status,
    host: statusWithHost,
    'a name': async (name) => {
      const body = { provider, authType: 'api_key', name, credentials: { apiKey: 'x'.repeat(30) } };
      return (await gateway.call('POST', '/api/sessions', { body })).status;
    },
    'a provider': async (payload) => (await gateway.call('GET', `/api/sessions/${encodeURIComponent(payload)}/api_key/work`)).status,
    'a session’s id': async (payload) => (await gateway.call('DELETE', `/api/sessions/${encodeURIComponent(payload)}`)).status,
    'a caller': async (payload) => (await gateway.call('DELETE', `/api/callers/${encodeURIComponent(payload)}`)).status,
    'a grant': async (name) => (await gateway.call('POST', '/api/callers/caller_all/grants', { body: { provider, name } })).status,
    'a grant’s id': async (payload) =>
      (await gateway.call('DELETE', `/api/callers/caller_all/grants/${encodeURIComponent(payload)}`)).status,
    'a session behind a door': async (session) => {
      const headers = { 'x-maestro-session': session };
      return (await gateway.call('POST', '/v1/chat/completions', { body: { model: `${provider}/m`, messages: [] }, headers })).status;
    },
    'an object in a text’s place': async (payload) =>
      (await gateway.call('POST', '/api/callers', { body: { name: { [payload]: payload } } })).status,
  };

  it('changes no row and breaks nothing, in five hundred tries', async () => {
    const before = await rows();
    const tries = Object.entries(places).flatMap(([place, send]) => payloads.map((payload) => ({ place, payload, send })));
    const wrong: unknown[] = [];
    for (let first = 0; first < tries.length; first += 25) {
      await Promise.all(
        tries.slice(first, first + 25).map(async ({ place, payload, send }) => {
          const status = await send(payload);
          if (![400, 401, 404].includes(status)) wrong.push({ place, payload, status });
        }),
      );
    }

    expect(tries.length).toBeGreaterThanOrEqual(500);
    expect(wrong).toEqual([]);
    expect(await rows()).toEqual(before);
  }, 60_000);

  it('is no reason to fail where any text may stand', async () => {
    const answers = await Promise.all(
      [...payloads, 'nul \u0000 in it'].map(async (payload) => {
        const { status } = await gateway.call('GET', `/api/audit?target=${encodeURIComponent(payload)}`);
        return status;
      }),
    );
    expect(new Set(answers.slice(0, -1))).toEqual(new Set([200]));
    expect(answers.at(-1)).toBe(400);
  });
});
