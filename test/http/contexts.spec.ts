import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway, wireMakers } from '../support/start-gateway.js';

const providers = wireMakers;

interface Chunk {
  readonly id: string;
  readonly content: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
  for (const provider of providers) {
    const apiKey = gateway.simulators.get(provider)?.apiKey;
    const body = { provider, authType: 'api_key', name: 'work', credentials: { apiKey } };
    expect(await gateway.call('POST', '/api/sessions', { body })).toMatchObject({ status: 201 });
  }
}, 60_000);
afterAll(async () => {
  await gateway.close();
});

async function ask(provider: string, content: unknown, special: object = {}): Promise<void> {
  const body = { provider, session: 'work', model: 'sim-plain', contextId: 'talk 1/a', messages: [{ role: 'user', content }], ...special };
  const events = await gateway.chat(body);
  expect(events.at(-1)).toMatchObject({ data: { type: 'message-end' } });
}

async function chunksOf(path: string): Promise<readonly Chunk[]> {
  const { status, json } = await gateway.call('GET', path);
  expect(status).toBe(200);
  return json['data'] as readonly Chunk[];
}

function lastSent(provider: string): string {
  return gateway.simulators.get(provider)?.requests.at(-1)?.body ?? '';
}

describe.each(providers)('a conversation with %s', (provider) => {
  const contexts = `/api/sessions/${provider}/api_key/work/contexts`;
  const chunks = `${contexts}/${encodeURIComponent('talk 1/a')}/chunks`;

  it('goes on where it was, and without what was pruned', async () => {
    await ask(provider, 'my first words');
    await ask(provider, 'my second words');
    expect(lastSent(provider)).toContain('my first words');

    const [first, answer] = await chunksOf(chunks);
    const deleted = await gateway.call('DELETE', `${chunks}/${String(first?.id)}`);
    await ask(provider, 'my third words');

    expect(first).toMatchObject({ content: 'my first words', metadata: { role: 'user', kind: 'message', provider, position: 0 } });
    expect(answer).toMatchObject({ metadata: { role: 'assistant' } });
    expect(deleted).toMatchObject({ status: 200, json: { deleted: [first?.id] } });
    expect(lastSent(provider)).toContain('my second words');
    expect(lastSent(provider)).not.toContain('my first words');
  });

  it('prunes a call with its result', async () => {
    await ask(provider, 'use your tools', { model: 'sim-tools', contextId: 'tools' });
    const path = `${contexts}/tools/chunks`;
    const calls = (await chunksOf(path)).filter(({ metadata }) => metadata['kind'] === 'tool-call');
    const results = calls.map(({ metadata }, index) => ({
      type: 'tool-result',
      callId: metadata['callId'],
      result: `seen ${String(index)}`,
    }));
    await ask(provider, results, { contextId: 'tools' });
    expect(lastSent(provider)).toContain('seen 0');

    const { json } = await gateway.call('DELETE', `${path}/${String(calls[0]?.id)}`);
    await ask(provider, 'and now?', { contextId: 'tools' });

    expect(json['deleted']).toHaveLength(calls.length * 2);
    expect(lastSent(provider)).toContain('use your tools');
    for (const gone of ['seen 0', 'get_weather']) expect(lastSent(provider)).not.toContain(gone);
  });

  it('is listed with the session, by either of its addresses, page by page', async () => {
    const { json: session } = await gateway.call('GET', `/api/sessions/${provider}/api_key/work`);
    const byId = `/api/sessions/${String(session['id'])}/contexts`;
    await ask(provider, 'hello', { contextId: 'zz' });

    const first = await gateway.call('GET', `${byId}?limit=1`);
    const rest = await gateway.call('GET', `${contexts}?cursor=${encodeURIComponent(String(first.json['nextCursor']))}`);

    expect(first.json).toMatchObject({ data: [{ id: 'talk 1/a', chunks: expect.any(Number) as number }], nextCursor: 'talk 1/a' });
    expect((rest.json['data'] as readonly { id: string }[]).map(({ id }) => id)).toEqual(['tools', 'zz']);
    expect(await chunksOf(`${byId}/zz/chunks?limit=1`)).toHaveLength(1);
  });

  it('keeps nothing of an answer that was cut', async () => {
    const body = { provider, session: 'work', model: 'sim-truncated', contextId: 'cut', messages: [{ role: 'user', content: 'hello' }] };
    expect((await gateway.chat(body)).at(-1)).toMatchObject({ event: 'error' });

    expect(await gateway.call('GET', `${contexts}/cut/chunks`)).toMatchObject({ status: 404, json: { code: 'context.not-found' } });
  });
});

describe('contexts', () => {
  const path = `/api/sessions/${providers[0] ?? ''}/api_key/work/contexts`;

  it.each([
    ['a page of none', `${path}?limit=0`, 400, 'request.invalid'],
    ['a page of too many', `${path}?limit=201`, 400, 'request.invalid'],
    ['an unknown field', `${path}?size=3`, 400, 'request.invalid'],
    ['a context that is not there', `${path}/nothing/chunks`, 404, 'context.not-found'],
    ['a session that is not there', '/api/sessions/openai/api_key/nobody/contexts', 404, 'session.not-found'],
  ])('answer for %s as for what cannot be had', async (_what, url, status, code) => {
    expect(await gateway.call('GET', url)).toMatchObject({ status, json: { code } });
  });

  it('answer for a chunk that is not there with 404', async () => {
    expect(await gateway.call('DELETE', `${path}/zz/chunks/nothing`)).toMatchObject({
      status: 404,
      json: { code: 'context.chunk-not-found' },
    });
  });

  it('are gone with their session', async () => {
    const [provider = ''] = providers;
    const apiKey = gateway.simulators.get(provider)?.apiKey;
    const body = { provider, authType: 'api_key', name: 'short', credentials: { apiKey } };
    await gateway.call('POST', '/api/sessions', { body });
    await ask(provider, 'hello', { session: 'short', contextId: 'mine' });
    await gateway.call('DELETE', `/api/sessions/${provider}/api_key/short`);

    const rows = await gateway.database.dataSource.query(`select id from contexts where context_id = 'mine'`);
    expect(rows).toEqual([]);
  });

  it('are kept by a provider that can, where a chat chooses so', async () => {
    const [provider = ''] = providers.filter((id) => id === 'openai');
    const path = `/api/sessions/${provider}/api_key/work/contexts`;
    await ask(provider, 'my first words', { contextId: 'remote', providerOptions: { [provider]: { context: 'remote' } } });
    await ask(provider, 'my second words', { contextId: 'remote' });
    expect(lastSent(provider)).not.toContain('my first words');

    const [first] = await chunksOf(`${path}/remote/chunks`);
    const { json } = await gateway.call('DELETE', `${path}/remote/chunks/${String(first?.id)}`);

    expect(first).toMatchObject({ content: 'my first words' });
    expect(json['deleted']).toEqual([first?.id]);
    expect((await chunksOf(`${path}/remote/chunks`)).map(({ content }) => content)).not.toContain('my first words');
    const { json: listed } = await gateway.call('GET', `${path}?cursor=cut`);
    expect(listed['data']).toContainEqual(expect.objectContaining({ id: 'remote', management: 'remote' }));
  });

  it('are described', async () => {
    const { json } = await gateway.call('GET', '/openapi.json');
    expect(Object.keys(json['paths'] as object)).toEqual(
      expect.arrayContaining(['/api/sessions/{id}/contexts', '/api/sessions/{id}/contexts/{contextId}/chunks/{chunkId}']),
    );
  });
});
