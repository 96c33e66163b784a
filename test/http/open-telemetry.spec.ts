import type { OtlpReceiver } from '../support/otlp-receiver.js';
import { startOtlpReceiver } from '../support/otlp-receiver.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

const canary = 'canary-4f1c0ffee-of-a-message';
const messages = [{ role: 'user', content: canary }];
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

describe('a gateway with OpenTelemetry', () => {
  let collector: OtlpReceiver;
  let gateway: TestGateway;
  let page: string;
  beforeAll(async () => {
    collector = await startOtlpReceiver();
    gateway = await startTestGateway({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=collector-secret-1',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_SERVICE_NAME: 'our-gateway',
      MAESTRO_TRACE_UPSTREAM: 'true',
    });
    for (const [provider, { apiKey }] of gateway.simulators) {
      const body = { provider, authType: 'api_key', name: 'canary_name', label: 'canary label', credentials: { apiKey } };
      await gateway.call('POST', '/api/sessions', { body });
    }
    const headers = { traceparent, tracestate: 'vendor=canary-state', baggage: 'user=canary-baggage', 'x-request-id': 'request-1' };
    await gateway.call('POST', '/v1/chat/completions', { body: { model: 'openai:canary_name/sim-text', messages }, headers });
    await gateway.chat({ provider: 'gemini', session: 'canary_name', model: 'sim-text', messages }, { headers });
    await gateway.call('POST', '/api/chat', { body: { provider: 'openai', session: 'nobody_here', model: 'sim-text', messages } });
    await gateway.call('GET', `/api/sessions?cursor=${canary}`, { key: 'canary-key-0123456789abcdef' });
    page = (await gateway.call('GET', '/metrics')).text;
    await gateway.gateway.stop();
  }, 60_000);
  afterAll(async () => {
    await gateway.close();
    collector.close();
  });

  it('sends a span for each request, under the trace that the client is in', () => {
    const server = collector.spans().find(({ name }) => name === 'POST /v1/chat/completions');

    expect(server).toMatchObject({
      traceId,
      parentSpanId: 'b7ad6b7169203331',
      kind: 2,
      attributes: { 'http.request.method': 'POST', 'http.route': '/v1/chat/completions', 'maestro.request.id': 'request-1' },
    });
    expect(Number(server?.attributes['http.response.status_code'])).toBe(200);
  });

  it('sends a span for what was asked of the provider below it, by the conventions', () => {
    const spans = collector.spans();
    const server = spans.find(({ name }) => name === 'POST /v1/chat/completions');
    const client = spans.find(({ parentSpanId }) => parentSpanId === server?.spanId);

    expect(client).toMatchObject({
      traceId,
      name: 'chat sim-text',
      kind: 3,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'sim-text',
        'gen_ai.response.model': expect.any(String),
        'gen_ai.response.finish_reasons': expect.anything(),
        'gen_ai.response.time_to_first_chunk': expect.any(Number),
      },
    });
    expect(Number(client?.attributes['gen_ai.usage.input_tokens'])).toBeGreaterThan(0);
    expect(Number(client?.attributes['gen_ai.usage.output_tokens'])).toBeGreaterThan(0);
    expect(spans.map(({ attributes }) => attributes['gen_ai.provider.name'])).toContain('gcp.gemini');
  });

  it('sends the metrics of the conventions', () => {
    const metrics = new Map(collector.metrics().map((metric) => [metric.name, metric]));

    expect([...metrics.keys()].sort()).toEqual([
      'gen_ai.client.operation.duration',
      'gen_ai.client.operation.time_to_first_chunk',
      'gen_ai.client.token.usage',
      'http.server.request.duration',
    ]);
    expect(metrics.get('gen_ai.client.token.usage')).toMatchObject({
      unit: '{token}',
      attributes: expect.arrayContaining([
        {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': 'sim-text',
          'gen_ai.token.type': 'input',
        },
      ]),
    });
  });

  it('tells providers of the trace, with its own span and nothing else of the client', () => {
    const asked = gateway.simulators.get('openai')?.requests.find(({ headers }) => headers['traceparent'] !== undefined);
    const client = collector.spans().find(({ attributes }) => attributes['gen_ai.provider.name'] === 'openai');

    expect(asked?.headers['traceparent']).toBe(`00-${traceId}-${String(client?.spanId)}-01`);
    expect(asked?.headers).not.toHaveProperty('tracestate');
    expect(asked?.headers).not.toHaveProperty('baggage');
  });

  it('shows no secret, no name and no content in traces, metrics or the metrics page', () => {
    const secrets = [...gateway.simulators.values()].map(({ apiKey }) => apiKey);
    const all = `${collector.text()}\n${page}`;

    expect(all).toContain('our-gateway');
    expect(all).toContain('deployment.environment.name');
    expect(collector.text().replaceAll('"x-collector-key":"collector-secret-1"', '') + page + gateway.log()).not.toContain(
      'collector-secret-1',
    );
    for (const secret of [gateway.adminKey, ...secrets]) expect(all).not.toContain(secret);
    expect(all.match(/canary.{0,20}/g)).toBeNull();
  });
});

describe('a gateway without OpenTelemetry', () => {
  it('keeps from providers where the client stands in a trace', async () => {
    const gateway = await startTestGateway();
    const { apiKey } = gateway.simulators.get('openai') ?? { apiKey: '' };
    await gateway.call('POST', '/api/sessions', {
      body: { provider: 'openai', authType: 'api_key', name: 'work_1', credentials: { apiKey } },
    });

    const body = { model: 'openai:work_1/sim-text', messages };
    await gateway.call('POST', '/v1/chat/completions', { body, headers: { traceparent, tracestate: 'a=b', baggage: 'c=d' } });
    const asked = gateway.simulators.get('openai')?.requests.at(-1);
    await gateway.close();

    expect(Object.keys(asked?.headers ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(traceparent|tracestate|baggage)$/)]),
    );
    expect(asked).toBeDefined();
  }, 60_000);
});
