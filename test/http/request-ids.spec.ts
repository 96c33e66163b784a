import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

const messages = [{ role: 'user', content: 'Hello' }];
const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }];

/** Where requests come in, and what they may end in. */
const places: readonly (readonly [string, string, string, object | undefined, number])[] = [
  ['the native API', 'GET', '/api/providers', undefined, 200],
  ['a native stream', 'POST', '/api/chat', { provider: 'openai', session: 'work_openai', model: 'sim-text', messages }, 200],
  ['a native answer', 'POST', '/api/chat', { provider: 'openai', session: 'work_openai', model: 'sim-text', messages, stream: false }, 200],
  ['a problem', 'POST', '/api/chat', { provider: 'openai', session: 'nobody_here', model: 'sim-text', messages }, 404],
  [
    'the OpenAI door, passed through',
    'POST',
    '/v1/chat/completions',
    { model: 'openai:work_openai/sim-text', messages, stream: true },
    200,
  ],
  ['the OpenAI door, translated', 'POST', '/v1/chat/completions', { model: 'gemini:work_gemini/sim-text', messages }, 200],
  ['the OpenAI door, refused', 'POST', '/v1/chat/completions', { model: 'openai:nobody_here/sim-text', messages }, 404],
  ['the Anthropic door', 'POST', '/v1/messages', { model: 'anthropic:work_anthropic/sim-text', messages, max_tokens: 9 }, 200],
  ['the Gemini door', 'POST', '/v1beta/models/gemini:work_gemini%2Fsim-text:generateContent', { contents }, 200],
  ['health', 'GET', '/health/ready', undefined, 200],
  ['the metrics', 'GET', '/metrics', undefined, 200],
  ['nothing at all', 'GET', '/nowhere', undefined, 404],
];

describe('the id of a request', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
    for (const [provider, { apiKey }] of gateway.simulators) {
      const body = { provider, authType: 'api_key', name: `work_${provider.replaceAll('-', '_')}`, credentials: { apiKey } };
      await gateway.call('POST', '/api/sessions', { body });
    }
  }, 60_000);
  afterAll(() => gateway.close());

  it.each(places)("at %s is the client's own, in the answer and in the log", async (_where, method, path, body, expected) => {
    const id = `mine-${String(Math.random()).slice(2)}`;

    const { status, headers, json } = await gateway.call(method, path, { ...(body && { body }), headers: { 'x-request-id': id } });

    expect([status, headers.get('x-request-id')]).toEqual([expected, id]);
    if (headers.get('content-type')?.startsWith('application/problem+json') === true) expect(json['requestId']).toBe(id);
    expect(gateway.log()).toContain(`"requestId":"${id}"`);
  });

  it.each(places)('at %s is a new one where the client has none, or none that can be written down', async (_where, method, path, body) => {
    const given = await Promise.all(
      [undefined, 'x'.repeat(65), 'a b', '{"a":1}'].map((id) =>
        gateway.call(method, path, { ...(body && { body }), ...(id !== undefined && { headers: { 'x-request-id': id } }) }),
      ),
    );

    const ids = given.map(({ headers }) => headers.get('x-request-id') ?? '');
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/);
  });
});
