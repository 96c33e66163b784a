import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

const messages = [{ role: 'user', content: 'Hello' }];

/** The samples of one metric, `labels value` each. */
function samplesOf(page: string, name: string): readonly string[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => line.slice(name.length).trim());
}

describe('the metrics of a gateway', () => {
  let gateway: TestGateway;
  let openGateway: TestGateway;
  const page = async (of: TestGateway = gateway): Promise<string> => (await of.call('GET', '/metrics')).text;
  beforeAll(async () => {
    [gateway, openGateway] = await Promise.all([startTestGateway(), startTestGateway({ MAESTRO_METRICS_OPEN: 'true' })]);
    for (const [provider, { apiKey }] of gateway.simulators) {
      const session = { provider, authType: 'api_key', name: 'work_1', credentials: { apiKey } };
      await gateway.call('POST', '/api/sessions', { body: session });
    }
  }, 60_000);
  afterAll(async () => {
    await Promise.all([gateway.close(), openGateway.close()]);
  });

  it('are shown to admins alone, unless the operator says otherwise', async () => {
    const { json } = await gateway.call('POST', '/api/callers', { body: { name: 'team_1', scopes: ['chat', 'usage:read'] } });

    const statuses = await Promise.all([
      gateway.call('GET', '/metrics', { key: null }),
      gateway.call('GET', '/metrics', { key: String(json['key']) }),
      gateway.call('GET', '/metrics'),
      openGateway.call('GET', '/metrics', { key: null }),
    ]);

    expect(statuses.map(({ status }) => status)).toEqual([401, 403, 200, 200]);
    expect(statuses[2].headers.get('content-type')).toContain('text/plain');
  });

  it('count what is asked of providers at the native API and at the doors, their tokens and their first token', async () => {
    const [provider = ''] = gateway.simulators.keys();
    await gateway.chat({ provider, session: 'work_1', model: 'sim-text', messages });
    await gateway.call('POST', '/v1/chat/completions', { body: { model: 'openai:work_1/sim-text', messages } });
    await gateway.call('POST', '/v1/chat/completions', { body: { model: 'gemini:work_1/sim-text', messages } });

    const text = await page();

    const answers = samplesOf(text, 'maestro_upstream_requests_total');
    expect(answers).toContain(`{provider="${provider}",model="sim-text",operation="chat",outcome="ok"} 1`);
    expect(answers).toContain('{provider="openai",model="sim-text",operation="chat",outcome="ok"} 1');
    expect(answers).toContain('{provider="gemini",model="sim-text",operation="chat",outcome="ok"} 1');
    for (const name of ['openai', 'gemini']) {
      expect(samplesOf(text, 'maestro_upstream_first_token_seconds_count')).toContain(`{provider="${name}",model="sim-text"} 1`);
      expect(samplesOf(text, 'maestro_tokens_total').filter((sample) => sample.includes(`"${name}"`)).length).toBeGreaterThan(1);
    }
    expect(samplesOf(text, 'maestro_overhead_seconds_count')).toContain('{route="/v1/chat/completions"} 2');
    expect(samplesOf(text, 'maestro_http_requests_total')).toContain('{method="POST",route="/v1/chat/completions",status="200"} 2');
  });

  it('make no label of what a client writes', async () => {
    const hostile = async (index: number): Promise<void> => {
      const model = `made-up-${String(index)}"\n} 1`;
      await gateway.call('POST', '/v1/chat/completions', { body: { model: `openai:work_1/${model}`, messages } });
      await gateway.call('GET', `/no/such/${String(index)}`);
      await gateway.call('GET', `/v1/no/such/${String(index)}`);
    };
    const own = (text: string): number => text.split('\n').filter((line) => line.startsWith('maestro_')).length;
    await hostile(0);
    const before = own(await page());
    for (let index = 1; index <= 20; index += 1) await hostile(index);

    const text = await page();

    expect(text).not.toMatch(/made-up|no\/such/);
    expect(own(text)).toBe(before);
    expect(text).not.toContain('work_1');
  });

  it('tell what the gateway is at: pool, leases, refreshes, breakers, and that the refresh ahead is alive', async () => {
    const text = await page();

    expect(samplesOf(text, 'maestro_database_connections')).toHaveLength(3);
    expect(samplesOf(text, 'maestro_refresh_leases')).toEqual(['0']);
    expect(samplesOf(text, 'maestro_token_refreshes_running')).toEqual(['0']);
    expect(samplesOf(text, 'maestro_provider_breaker_open')).toContain('{provider="openai"} 0');
    expect(Number(samplesOf(text, 'maestro_refresh_ahead_last_round_timestamp_seconds')[0])).toBeGreaterThan(1_700_000_000);
    expect(samplesOf(text, 'maestro_http_requests_running')).toEqual(['1']);
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  it("are each gateway's own", async () => {
    expect(samplesOf(await page(openGateway), 'maestro_upstream_requests_total')).toEqual([]);
  });

  it('stand in docs/observability.md, all of them and no other', async () => {
    const described =
      readFileSync(resolve('docs/observability.md'), 'utf8').match(/^\| `maestro_\w+` \|[^|]*\| (?:counter|gauge|histogram) \|/gm) ?? [];
    const given = [...(await page()).matchAll(/^# TYPE (maestro_\w+) (\w+)$/gm)].map(([, name, type]) => `${String(name)} ${String(type)}`);

    expect(described.map((row) => row.replace(/^\| `(\w+)` \|[^|]*\| (\w+) \|$/, '$1 $2')).sort()).toEqual(given.sort());
  });
});
