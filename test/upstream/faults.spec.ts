import { Agent } from 'undici';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import { MaestroClient } from '../../src/index.js';
import type { CanaryListener } from '../support/canary-listener.js';
import { startCanaryListener } from '../support/canary-listener.js';
import type { FaultyUpstream } from '../support/faulty-upstream.js';
import { startFaultyUpstream } from '../support/faulty-upstream.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { tellFigure } from '../support/tell-figure.js';
import { until } from '../support/until.js';
import type { FaultScene, Kind } from './fault-scene.js';
import { ask, baseUrlsOf, hasSecret, makeSessions, providers, ways } from './fault-scene.js';
import { expectedOf, kinds } from './fault-table.js';

const mebi = 1024 * 1024;
/** Each a little over what is borne. */
const volumes = { bytes: 33 * mebi, lines: 140_000, unpacked: 16 * mebi };

/** Each fault once, and each provider by each way. */
const rounds = kinds.map((kind, at) => [kind, providers[at % providers.length] ?? 'openai', ways[at % ways.length] ?? 'native'] as const);

describe('a provider that does not keep to the rules', () => {
  let canary: CanaryListener;
  let upstream: FaultyUpstream;
  let gateway: TestGateway;
  let scene: FaultScene;
  beforeAll(async () => {
    hasten();
    canary = await startCanaryListener();
    upstream = await startFaultyUpstream(volumes, `http://127.0.0.1:${String(canary.port)}`);
    const baseUrls = baseUrlsOf(upstream.baseUrl);
    gateway = await startTestGateway({
      MAESTRO_RPC_URLS: 'tcp://127.0.0.1:0',
      ...Object.fromEntries(providers.map((provider) => [environmentNameOf(provider, 'baseUrl'), baseUrls[provider]])),
    });
    const [url = ''] = gateway.gateway.rpcAddresses;
    scene = { client: gateway, messages: new MaestroClient({ url, key: gateway.adminKey }) };
    await makeSessions(gateway, baseUrls);
  }, 60_000);
  afterAll(async () => {
    await scene.messages.close();
    await gateway.close();
    await upstream.close();
    await canary.close();
  });

  it.each(rounds)('%s: is told as what it is, without a secret, and leaves nothing behind (%s, %s)', async (kind, provider, way) => {
    const { outcome, text } = await ask(scene, way, provider, kind);

    expect({ outcome, text }).toMatchObject({ outcome: expectedOf(kind, provider, way) });
    // What a provider says goes through the door of its own wire as it is.
    expect(way !== 'own door' && hasSecret(text)).toBe(false);
    await until(() => upstream.open() === 0);
    expect(await ask(scene, 'native', provider, 'none')).toMatchObject({ outcome: 'ok' });
  });

  it('is met by every provider and every way', () => {
    const pairs = new Set(rounds.map(([, provider, way]) => `${provider} ${way}`));
    tellFigure(
      'T26',
      `${String(kinds.length)} faults, each once, over ${String(pairs.size)} pairs of provider and door: all told as expected`,
    );
    expect(pairs.size).toBe(providers.length * ways.length);
    expect(kinds.length).toBeGreaterThanOrEqual(40);
  });

  it.each<[Kind, number]>([
    ['rate limit', 3],
    ['endless failure', 3],
    ['connection refused', 0],
    ['reset before the answer', 1],
    ['no http', 1],
    ['huge header', 1],
    ['redirect elsewhere', 1],
  ])('is asked again only where it cannot have worked on the request: %s, asked %i times', async (kind, times) => {
    const before = upstream.asked();
    const { outcome } = await ask(scene, 'own door', 'openai', kind, 2);

    expect({ outcome, asked: upstream.asked() - before }).toEqual({ outcome: expectedOf(kind, 'openai', 'own door'), asked: times });
    await until(() => upstream.open() === 0);
  });

  it('leads nobody elsewhere, and no log tells its credential', async () => {
    for (const way of ways) expect(await ask(scene, way, 'anthropic', 'redirect elsewhere')).toMatchObject({ outcome: 'upstream.failed' });

    expect(canary.connections()).toBe(0);
    expect(hasSecret(gateway.log())).toBe(false);
  });
});

/** Silence is not waited for as long as usually. */
function hasten(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- Called with its own `this` below.
  const { dispatch } = Agent.prototype;
  jest.spyOn(Agent.prototype, 'dispatch').mockImplementation(function hastened(this: Agent, options, handler) {
    const isSilent = `${options.path} ${textOf(options.body)}`.includes('fault-silence');
    return dispatch.call(this, { ...options, ...(isSilent && { headersTimeout: 500, bodyTimeout: 500 }) }, handler);
  });
}

function textOf(body: unknown): string {
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  return typeof body === 'string' ? body : '';
}
