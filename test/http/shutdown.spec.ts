import { eventsFrom } from '../support/gateway-client.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';
import { until } from '../support/until.js';

const messages = [{ role: 'user', content: 'Hello' }];

async function aGatewayWithSession(
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly gateway: TestGateway; readonly provider: string }> {
  const gateway = await startTestGateway(environment);
  const [provider = '', { apiKey = '' } = {}] = [...gateway.simulators][0] ?? [];
  await gateway.call('POST', '/api/sessions', { body: { provider, authType: 'api_key', name: 'work', credentials: { apiKey } } });
  return { gateway, provider };
}

describe('a gateway that stops', () => {
  it('is not ready, begins no new answer, and lets the others finish until their time is over', async () => {
    const { gateway, provider } = await aGatewayWithSession({ MAESTRO_DRAIN_MS: '3600000' });
    const response = await gateway.send('POST', '/api/chat', { body: { provider, session: 'work', model: 'sim-slow', messages } });
    const text = response.text();

    const stopped = gateway.gateway.stop();
    const ready = await gateway.call('GET', '/health/ready');
    const refused = await gateway.call('POST', '/api/chat', { body: { provider, session: 'work', model: 'sim-text', messages } });
    const others = await gateway.call('GET', '/api/providers');

    expect(ready).toMatchObject({
      status: 503,
      json: { code: 'gateway.not-ready', detail: expect.stringContaining('gateway: this gateway is shutting down') },
    });
    expect(refused).toMatchObject({ status: 503, json: { code: 'gateway.shutting-down', retryable: true } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('connection')).toBe('close');
    expect(others.status).toBe(200);

    const hurried = gateway.gateway.stop();
    expect(eventsFrom(await text).at(-1)).toMatchObject({ event: 'error', data: { code: 'gateway.shutting-down' } });
    await Promise.all([stopped, hurried]);
    await until(() => gateway.simulators.get(provider)?.requests.at(-1)?.isAborted === true);
    await expect(gateway.send('GET', '/health/live')).rejects.toThrow();
    await gateway.close();
  }, 60_000);

  it('ends what still runs when the time to finish is over', async () => {
    const { gateway, provider } = await aGatewayWithSession({ MAESTRO_DRAIN_MS: '0' });
    const response = await gateway.send('POST', '/api/chat', { body: { provider, session: 'work', model: 'sim-slow', messages } });
    const whole = gateway.call('POST', '/api/chat', { body: { provider, session: 'work', model: 'sim-slow', messages, stream: false } });
    await until(() => (gateway.simulators.get(provider)?.requests.length ?? 0) >= 2);

    const stopped = gateway.gateway.stop();
    const [events, answer] = await Promise.all([response.text().then(eventsFrom), whole]);
    await stopped;

    expect(events.at(-1)).toMatchObject({ event: 'error', data: { code: 'gateway.shutting-down', status: 503 } });
    expect(answer).toMatchObject({ status: 503, json: { code: 'gateway.shutting-down' } });
    await gateway.close();
  }, 60_000);
});
