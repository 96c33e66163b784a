import { rawRequest } from '../support/raw-request.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

let gateway: TestGateway;
let apiKey: string;
const provider = 'openai';
beforeAll(async () => {
  gateway = await startTestGateway({ MAESTRO_MAX_ANSWERS: '2', MAESTRO_WRONG_KEYS_PER_MINUTE: '10' });
  ({ apiKey = '' } = gateway.simulators.get(provider) ?? {});
  await gateway.call('POST', '/api/sessions', { body: aSession('work_key') });
}, 60_000);
afterAll(() => gateway.close());

const kib = 1024;

function aSession(name: string, changes: object = {}): object {
  return { provider, authType: 'api_key', name, credentials: { apiKey }, ...changes };
}

function aChat(changes: object = {}): object {
  return { provider, session: 'work_key', model: 'sim-text', messages: [{ role: 'user', content: 'Hi' }], ...changes };
}

/** A text of JSON that is so long, by blanks. */
function sized(body: object, bytes: number): string {
  const text = JSON.stringify(body);
  return text + ' '.repeat(bytes - Buffer.byteLength(text));
}

/** An object of so many levels. */
function nested(levels: number): object {
  let value: object = {};
  for (let level = 1; level < levels; level += 1) value = { a: value };
  return value;
}

type Edge = readonly [what: string, path: string, within: () => string, beyond: () => string, refusal: readonly [number, string]];

const edges: readonly Edge[] = [
  [
    'the body of a chat',
    '/api/chat',
    () => sized(aChat({ stream: false }), 32 * kib * kib),
    () => sized(aChat(), 32 * kib * kib + 1),
    [413, 'the request is over the limit of 32 MiB'],
  ],
  [
    'the body of a request at a door',
    '/v1/chat/completions',
    () => sized({ model: `${provider}/sim-text`, messages: [{ role: 'user', content: 'Hi' }] }, 32 * kib * kib),
    () => sized({ model: `${provider}/sim-text` }, 32 * kib * kib + 1),
    [413, 'the request is over the limit of 32 MiB'],
  ],
  [
    'any other body',
    '/api/sessions',
    () => sized(aSession('of_64_kib'), 64 * kib),
    () => sized(aSession('too_large'), 64 * kib + 1),
    [413, 'the request is over the limit of 64 KiB'],
  ],
  [
    'the messages of a chat',
    '/api/chat',
    () => JSON.stringify(aChat({ stream: false, messages: Array.from({ length: 10_000 }, () => ({ role: 'user', content: 'a' })) })),
    () => JSON.stringify(aChat({ messages: Array.from({ length: 10_001 }, () => ({ role: 'user', content: 'a' })) })),
    [400, 'messages must be a list of 1 to 10000 objects'],
  ],
  [
    'the levels of a JSON Schema',
    '/api/chat',
    () => JSON.stringify(aChat({ stream: false, tools: [{ name: 'a', parameters: nested(64) }] })),
    () => JSON.stringify(aChat({ tools: [{ name: 'a', parameters: nested(65) }] })),
    [400, 'tools[0].parameters must be a JSON object of at most 64 levels'],
  ],
  [
    "a session's secret",
    '/api/sessions',
    () => JSON.stringify(aSession('with_secret', { authType: 'oauth', credentials: { accessToken: 'k'.repeat(16_384) } })),
    () => JSON.stringify(aSession('long_secret', { authType: 'oauth', credentials: { accessToken: 'k'.repeat(16_385) } })),
    [400, 'credentials.accessToken must have 16384 characters or fewer'],
  ],
  [
    "a session's label",
    '/api/sessions',
    () => JSON.stringify(aSession('with_label', { label: 'l'.repeat(200) })),
    () => JSON.stringify(aSession('long_label', { label: 'l'.repeat(201) })),
    [400, 'label must have 200 characters or fewer'],
  ],
];

describe('a limit', () => {
  it.each(edges)('of %s holds at its edge, and beyond it says so', async (_what, path, within, beyond, [status, detail]) => {
    const inside = await gateway.call('POST', path, { text: within() });
    const outside = await gateway.call('POST', path, { text: beyond() });

    expect([inside.status, inside.text.slice(0, 300)]).toEqual([path === '/api/sessions' ? 201 : 200, expect.any(String)]);
    expect(outside.status).toBe(status);
    expect(outside.text).toContain(JSON.stringify(detail).slice(1, -1));
  });

  it('of all headers together is one of HTTP itself', async () => {
    const { url } = gateway.gateway;
    const withHeaders = (length: number): Promise<string> =>
      rawRequest(url, ['GET /health/live HTTP/1.1', 'host: maestro.test', `x-filling: ${'f'.repeat(length)}`]);

    expect(await withHeaders(15 * kib)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await withHeaders(16 * kib)).toMatch(
      /^HTTP\/1\.1 431 [^{]*application\/problem\+json[^{]*\{.*"status":431,.*16 KiB for all headers together/s,
    );
    expect(await rawRequest(url, ['no HTTP at all'])).toMatch(/^HTTP\/1\.1 400 [^{]*\{.*"this cannot be read as HTTP"/s);
  });

  it('of a parameter in an address, and of the time for a request to come, hold', async () => {
    const named = (length: number): Promise<number> =>
      gateway.call('GET', `/api/sessions/${'n'.repeat(length)}`).then(({ status }) => status);

    expect([await named(2_500), await named(2_501)]).toEqual([404, 400]);
  });

  it('of answers under way is none for whoever administers', async () => {
    const endings = [new AbortController(), new AbortController()];
    const open = ({ signal }: AbortController): Promise<Response> =>
      gateway.send('POST', '/api/chat', { body: aChat({ model: 'sim-slow' }), signal });
    const [first] = await Promise.all(endings.map(open));
    const refused = await gateway.call('POST', '/api/chat', { body: aChat() });
    const atDoor = await gateway.call('POST', '/v1/chat/completions', { body: { model: 'openai/sim-text', messages: [] } });
    const administered = await gateway.call('POST', '/api/sessions', { body: aSession('meanwhile') });

    expect(refused).toMatchObject({ status: 503, json: { code: 'gateway.busy', retryable: true, retryAfterMs: 1_000 } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect([atDoor.status, atDoor.headers.get('retry-after')]).toEqual([503, '1']);
    expect(administered.status).toBe(201);
    for (const ending of endings) ending.abort();
    await first?.text().catch(() => undefined);
    let events = await gateway.chat(aChat());
    // Until the gateway has seen that they left.
    while (events.at(-1)?.data['type'] !== 'message-end') events = await gateway.chat(aChat());
  });

  it('of wrong keys stands in nobody else’s way', async () => {
    const tried = (): Promise<number> => gateway.call('GET', '/api/sessions', { key: 'mk_wrong' }).then(({ status }) => status);
    const statuses: number[] = [];
    for (let count = 0; count < 11; count += 1) statuses.push(await tried());
    const refused = await gateway.call('GET', '/api/sessions', { key: 'mk_wrong' });
    const right = await gateway.call('GET', '/api/sessions');

    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    expect(refused.json).toMatchObject({ code: 'caller.too-many-wrong-keys' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(right.status).toBe(200);
  });
});
