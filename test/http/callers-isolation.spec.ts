import fc from 'fast-check';

import type { ProviderSimulator, RunningSimulator } from '../../src/contracts/simulator.js';
import type { Answer, Call } from '../support/gateway-client.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { providers } from '../support/who-may.js';

interface Place {
  readonly provider: string;
  readonly name: string;
  readonly id: string;
  readonly secret: string;
}

interface Pattern {
  readonly provider: string;
  readonly name: string;
}

type Way = (place: Place, model: string) => Call & { readonly path: string };

const names = ['red_1', 'red_2', 'blue_1'] as const;
const callers = ['one', 'two', 'three'] as const;
const patterns: readonly Pattern[] = [
  ...[...providers, '*'].flatMap((provider) => ['red_*', 'blue_1', '*'].map((name) => ({ provider, name }))),
  { provider: 'nobody', name: '*' },
];
const messages = [{ role: 'user', content: 'Hello' }];
const parts = [{ role: 'user', parts: [{ text: 'Hello' }] }];

/** Each takes the model's name along, by which its request is known where it arrives. */
const ways: readonly Way[] = [
  ({ provider, name }, model) => ({ path: '/api/chat', body: { provider, session: name, model, messages } }),
  ({ provider, id }, model) => ({ path: '/api/chat', body: { provider, session: id, model, messages, stream: false } }),
  ({ provider, name }, model) => ({ path: `/api/sessions/${provider}/api_key/${name}/models/${model}` }),
  ({ id }, model) => ({ path: `/api/sessions/${id}/models/${model}` }),
  ({ provider, name }, model) => ({ path: '/v1/chat/completions', body: { model: `${provider}:${name}/${model}`, messages } }),
  ({ provider, name }, model) => ({
    path: '/openai/v1/chat/completions',
    body: { model: `${provider}/${model}`, messages, stream: true },
    headers: { 'x-maestro-session': name },
  }),
  ({ provider, id }, model) => ({ path: '/v1/responses', body: { model: `${provider}:${id}/${model}`, input: 'Hello' } }),
  ({ provider, name }, model) => ({ path: '/v1/messages', body: { model: `${provider}:${name}/${model}`, max_tokens: 9, messages } }),
  ({ provider, name }, model) => ({ path: '/v1/messages/count_tokens', body: { model: `${provider}:${name}/${model}`, messages } }),
  ({ provider, name }, model) => ({
    path: `/v1beta/models/${encodeURIComponent(`${provider}:${name}/${model}`)}:generateContent`,
    body: { contents: parts },
  }),
  ({ provider, name }, model) => ({
    path: `/gemini/v1beta/models/${provider}/${model}:streamGenerateContent?alt=sse`,
    body: { contents: parts },
    headers: { 'x-maestro-session': name },
  }),
  ({ provider, name }, model) => ({ path: '/v1/embeddings', body: { model: `${provider}:${name}/${model}`, input: 'Hello' } }),
];

describe('what a provider sees', () => {
  let gateway: TestGateway;
  const places: Place[] = [];
  const keys = new Map<string, string>();
  beforeAll(async () => {
    gateway = await startTestGateway();
    for (const [provider, { apiKey }] of gateway.simulators) {
      for (const name of names) {
        const secret = `${apiKey}-${name.replace('_', '')}`;
        const { id } = await made('/api/sessions', { provider, authType: 'api_key', name, credentials: { apiKey: secret } });
        places.push({ provider, name, id: String(id), secret });
      }
    }
    for (const name of callers) keys.set(name, String((await made('/api/callers', { name }))['key']));
  }, 60_000);
  afterAll(() => gateway.close());

  async function made(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const { status, json, text } = await gateway.call('POST', path, { body });
    if (status !== 201) throw new Error(text);
    return json;
  }

  /** What arrived at any provider, with the secret of whom. */
  function arrivals(): readonly { readonly provider: string; readonly text: string; readonly secrets: readonly string[] }[] {
    return [...gateway.simulators].flatMap(([provider, { requests }]: [string, ProviderSimulator & RunningSimulator]) =>
      requests.map(({ path, headers, body }) => {
        const told = `${path} ${JSON.stringify(headers)} ${body}`;
        return { provider, text: told, secrets: places.filter(({ secret }) => told.includes(secret)).map(({ id }) => id) };
      }),
    );
  }

  it('is the secret of the session that was named, and nothing at all where it is not granted', async () => {
    const grants = new Map<string, Map<Pattern, string>>(callers.map((name) => [name, new Map()]));
    const may = (caller: string, place: Place): boolean =>
      [...(grants.get(caller)?.keys() ?? [])].some(
        ({ provider, name }) =>
          ['*', place.provider].includes(provider) && (name.endsWith('*') ? place.name.startsWith(name.slice(0, -1)) : name === place.name),
      );
    const turn = async (caller: string, pattern: Pattern): Promise<void> => {
      const held = grants.get(caller);
      const id = held?.get(pattern);
      if (id === undefined) held?.set(pattern, String((await made(`/api/callers/${caller}/grants`, pattern))['id']));
      else {
        await gateway.call('DELETE', `/api/callers/${caller}/grants/${id}`);
        held?.delete(pattern);
      }
    };
    let asked = 0;
    const seen = { allowed: 0, refused: 0, arrived: 0 };
    const request = fc.record({ caller: fc.constantFrom(...callers), place: fc.constantFrom(...places), way: fc.constantFrom(...ways) });
    const turns = fc.array(fc.tuple(fc.constantFrom(...callers), fc.constantFrom(...patterns)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(turns, fc.array(request, { minLength: 4, maxLength: 10 }), async (turned, several) => {
        for (const [caller, pattern] of turned) await turn(caller, pattern);
        const known = arrivals().length;
        const answered = await Promise.all(
          several.map(async ({ caller, place, way }) => {
            asked += 1;
            const model = `m-${String(asked)}-end`;
            const { path, headers = {}, ...call } = way(place, model);
            const method = call.body === undefined ? 'GET' : 'POST';
            const answer: Answer = await gateway.call(method, path, {
              ...call,
              key: keys.get(caller) ?? null,
              headers: { 'x-maestro-retries': '0', ...headers },
            });
            return { caller, place, model, answer, path };
          }),
        );
        const arrived = arrivals();
        expect(arrived.length).toBeGreaterThanOrEqual(known);
        for (const { caller, place, model, answer, path } of answered) {
          const own = arrived.filter(({ text }) => text.includes(model));
          const isAllowed = may(caller, place);
          seen[isAllowed ? 'allowed' : 'refused'] += 1;
          seen.arrived += own.length;
          for (const { provider, secrets, text } of own) {
            expect({ path, isAllowed, provider, secrets }).toEqual({
              path,
              isAllowed: true,
              provider: place.provider,
              secrets: [place.id],
            });
            expect(text).not.toContain('mk_');
          }
          // 400: the provider has no such operation, whoever asks.
          if (!isAllowed) expect([path, own, [400, 404].includes(answer.status)]).toEqual([path, [], true]);
        }
      }),
      { numRuns: 20 },
    );

    console.info(`requests: ${JSON.stringify(seen)}`);
    expect(Math.min(seen.allowed, seen.refused, seen.arrived)).toBeGreaterThan(10);
  }, 60_000);
});
