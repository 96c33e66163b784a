import { environmentNameOf } from '../../src/contracts/manifest.js';
import { MaestroClient } from '../../src/index.js';
import type { FaultyUpstream } from '../support/faulty-upstream.js';
import { faultModel, startFaultyUpstream } from '../support/faulty-upstream.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { until } from '../support/until.js';
import type { FaultScene } from '../upstream/fault-scene.js';
import { baseUrlsOf, makeSessions, providers, requestFor } from '../upstream/fault-scene.js';

let upstream: FaultyUpstream;
let gateway: TestGateway;
let scene: FaultScene;
beforeAll(async () => {
  upstream = await startFaultyUpstream({ bytes: 0, lines: 0, unpacked: 0 }, '');
  const baseUrls = baseUrlsOf(upstream.baseUrl);
  gateway = await startTestGateway({
    MAESTRO_RPC_URLS: 'tcp://127.0.0.1:0',
    ...Object.fromEntries(providers.map((provider) => [environmentNameOf(provider, 'baseUrl'), baseUrls[provider]])),
  });
  const [url = ''] = gateway.gateway.rpcAddresses;
  scene = { client: gateway, messages: new MaestroClient({ url, key: gateway.adminKey }) };
  await makeSessions(gateway, baseUrls);
}, 180_000);
afterAll(async () => {
  await scene.messages.close();
  await gateway.close();
  await upstream.close();
});

describe('readers of others that left and were not noticed', () => {
  it.each([
    ['dust#24357', 'native', 'silence in the middle'],
    ['dust#24357', 'own door', 'silence in the middle'],
    ['dust#24357', 'other door', 'silence in the middle'],
    ['Nest#11601', 'native', 'silence before the answer'],
    ['Nest#11601', 'own door', 'silence before the answer'],
    ['Nest#11601', 'other door', 'silence before the answer'],
  ] as const)('%s: who leaves is noticed, although all of the request was read: %s, %s', async (_incident, way, kind) => {
    const leaving = new AbortController();
    const before = upstream.asked();
    const { path, body, headers = {} } = requestFor(way, 'anthropic', 'work', faultModel(kind));
    const reading = gateway
      .send('POST', path, { body, headers, signal: leaving.signal })
      .then((response) => response.text())
      .catch(() => 'left');
    await until(() => upstream.asked() > before && upstream.open() === 1);
    leaving.abort();

    expect(await reading).toBe('left');
    await until(() => upstream.open() === 0);
  });

  it('dust#24357: who leaves over TCP is noticed, too', async () => {
    const leaving = new AbortController();
    const chat = { provider: 'anthropic', session: 'work', model: faultModel('silence in the middle') };
    const reading = scene.messages.completeChat({ ...chat, messages: [{ role: 'user', content: 'Hello' }] }, { signal: leaving.signal });
    const ended = reading.catch(() => 'left');
    await until(() => upstream.open() === 1);
    leaving.abort();

    expect(await ended).toBe('left');
    await until(() => upstream.open() === 0);
  });
});
