import fc from 'fast-check';

import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
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
