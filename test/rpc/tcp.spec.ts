import type { StreamEvent } from '../../src/contracts/stream-event.js';
import { MaestroClient } from '../../src/index.js';
import { codeOf } from '../support/code-of.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { until } from '../support/until.js';

let gateway: TestGateway;
let client: MaestroClient;
let provider: string;
const messages = [{ role: 'user', content: 'Hello' }] as const;
beforeAll(async () => {
  gateway = await startTestGateway({ MAESTRO_RPC_URLS: 'tcp://127.0.0.1:0' });
  const [url = ''] = gateway.gateway.rpcAddresses;
  client = new MaestroClient({ url, key: gateway.adminKey });
  const [id = '', { apiKey = '' } = {}] = [...gateway.simulators][0] ?? [];
  provider = id;
  await client.call('sessions.create', { provider, authType: 'api_key', name: 'work', credentials: { apiKey } });
}, 60_000);
afterAll(async () => {
  await client.close();
  await gateway.close();
});

describe('messages over TCP', () => {
  it('answer what REST answers', async () => {
    const session = { provider, authType: 'api_key', name: 'work' };
    const { json } = await gateway.call('GET', `/api/sessions/${provider}/api_key/work`);

    expect(await client.call('sessions.get', { session })).toEqual(json);
    expect(await client.call('sessions.list', { limit: 1 })).toEqual((await gateway.call('GET', '/api/sessions?limit=1')).json);
    expect(await client.call('providers.list', {})).toEqual((await gateway.call('GET', '/api/providers')).json);
  });

  it('stream what server-sent events stream', async () => {
    const events: StreamEvent[] = [];
    for await (const event of client.streamChat({ provider, session: 'work', model: 'sim-text', messages })) events.push(event);

    const sent = await gateway.chat({ provider, session: 'work', model: 'sim-text', messages });
    const known = ({ streamId: _streamId, seq: _seq, id: _id, ...event }: Record<string, unknown>): unknown => event;
    expect(events.map((event) => known({ ...event }))).toEqual(sent.map(({ data }) => known({ ...data })));
  });

  it('fail with the error that the gateway had', async () => {
    await expect(client.call('sessions.get', { session: { provider, authType: 'api_key', name: 'nothere' } })).rejects.toMatchObject({
      code: 'session.not-found',
      category: 'not-found',
      message: expect.stringContaining('nothere'),
    });
    expect(await codeOf(client.completeChat({ provider, session: 'work', model: 'sim-rate-limited', messages }, { retries: 0 }))).toBe(
      'upstream.rate-limited',
    );
  });

  it('end a chat at the provider when its reader leaves', async () => {
    for await (const event of client.streamChat({ provider, session: 'work', model: 'sim-slow', messages })) {
      if (event.type === 'text-delta') break;
    }

    await until(() => gateway.simulators.get(provider)?.requests.at(-1)?.isAborted === true);
  });
});
