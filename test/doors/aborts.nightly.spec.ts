import type { DoorGateway } from './door-gateway.js';
import { providers, startDoorGateway } from './door-gateway.js';
import { tellFigure } from '../support/tell-figure.js';
import { until } from '../support/until.js';

const count = 2_000;
const atOnce = 5;

describe('clients that leave a door', () => {
  let door: DoorGateway;

  beforeAll(async () => {
    door = await startDoorGateway('openai', '/v1');
  }, 60_000);

  afterAll(() => door.close());

  /** Milliseconds from the client's leaving to the provider's seeing it; `undefined` where the request never got there. */
  async function leave(at: number): Promise<number | undefined> {
    const provider = providers[at % providers.length] ?? '';
    const marker = `leaving ${String(at)}.`;
    const body = { model: `${provider}/sim-slow`, messages: [{ role: 'user', content: marker }], stream: true };
    const controller = new AbortController();
    const reading = door.gateway
      .send('POST', '/v1/chat/completions', { body, signal: controller.signal })
      .then((response) => response.text())
      .catch(() => undefined);
    const asked = () => door.gateway.simulators.get(provider)?.requests.find((request) => request.body.includes(marker));
    // Half of them leave whenever it may be, the others while the provider answers.
    if (at % 2 === 0) await until(() => asked() !== undefined);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
    const left = performance.now();
    controller.abort();
    await reading;
    const request = asked();
    if (request === undefined) return undefined;
    await until(() => request.isAborted);
    return performance.now() - left;
  }

  it('end the requests at the providers, and leave nothing behind', async () => {
    const delays: number[] = [];
    for (let at = 0; at < count; at += atOnce) {
      const batch = await Promise.all(Array.from({ length: atOnce }, (_, index) => leave(at + index)));
      delays.push(...batch.filter((delay) => delay !== undefined));
    }
    delays.sort((one, other) => one - other);
    const quantile = (share: number): number => Math.round(delays[Math.floor((delays.length - 1) * share)] ?? NaN);
    tellFigure(
      'T28',
      `${String(count)} clients left, ${String(delays.length)} while a provider answered; upstream ended after p50 ${String(quantile(0.5))} ms, p99 ${String(quantile(0.99))} ms, max ${String(quantile(1))} ms`,
    );

    const open = [...door.gateway.simulators.values()].flatMap(({ requests }) => requests).filter(({ isAborted }) => !isAborted);
    expect(delays.length).toBeGreaterThanOrEqual(count / 2);
    expect(quantile(1)).toBeLessThan(200);
    expect(open).toEqual([]);
  }, 300_000);
});
