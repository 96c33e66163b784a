import type { ReceivedEvent } from '../support/gateway-client.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway, wireMakers } from '../support/start-gateway.js';
import { until } from '../support/until.js';

const providers = wireMakers;
const session = 'work_chat';
const messages = [{ role: 'user', content: 'Hello' }];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
  for (const [provider, { apiKey }] of gateway.simulators) {
    await gateway.call('POST', '/api/sessions', { body: { provider, authType: 'api_key', name: session, credentials: { apiKey } } });
  }
}, 60_000);
afterAll(async () => {
  await gateway.close();
});

function textOf(events: readonly ReceivedEvent[]): string {
  return events.map(({ data }) => (data['type'] === 'text-delta' ? (data['text'] as string) : '')).join('');
}

function typesOf(events: readonly ReceivedEvent[]): readonly unknown[] {
  return events.map(({ event, data }) => event ?? data['type']);
}

describe.each(providers)('a chat with %s', (provider) => {
  const chat = (model: string, changes: object = {}): Promise<readonly ReceivedEvent[]> =>
    gateway.chat({ provider, session, model, messages, ...changes });
  const ask = (model: string, changes: object = {}): ReturnType<TestGateway['call']> =>
    gateway.call('POST', '/api/chat', {
      body: { provider, session, model, messages, ...changes },
      headers: { 'x-maestro-retries': '0' },
    });

  it('streams events, numbered from 0, from message-start to message-end', async () => {
    const response = await gateway.send('POST', '/api/chat', { body: { provider, session, model: 'sim-text', messages } });
    await response.body?.cancel();
    const events = await chat('sim-text');

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(response.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect(events.map(({ data }) => data['seq'])).toEqual(events.map((_, index) => index));
    expect(events[0]?.data).toMatchObject({ type: 'message-start', model: expect.any(String), streamId: expect.any(String) });
    expect(events.at(-1)?.data).toMatchObject({
      type: 'message-end',
      reason: 'stop',
      usage: { input: expect.any(Number), output: expect.any(Number) },
    });
    expect(textOf(events).length).toBeGreaterThan(20);
  });

  it('tells in a header, and in its first event, what the provider has no words for', async () => {
    const name = 'options.parallelToolCalls';
    const headerOf = async (changes: object): Promise<string | null> => {
      const response = await gateway.send('POST', '/api/chat', { body: { provider, session, model: 'sim-text', messages, ...changes } });
      await response.body?.cancel();
      return response.headers.get('x-maestro-untranslated');
    };
    const options = { parallelToolCalls: false };
    const [start] = await chat('sim-text', { options });

    expect(start?.data).toMatchObject({ type: 'message-start', untranslated: [name] });
    expect(await headerOf({ options })).toBe(name);
    expect(await headerOf({ options, stream: false })).toBe(name);
    expect((await ask('sim-text', { options, stream: false })).json).toMatchObject({ untranslated: [name] });
    expect(await headerOf({})).toBeNull();
  });

  it('gives the same in one answer where no stream is wanted', async () => {
    const streamed = await chat('sim-text');
    const { status, json } = await ask('sim-text', { stream: false });

    expect(status).toBe(200);
    expect(json).toMatchObject({
      role: 'assistant',
      reason: 'stop',
      content: expect.arrayContaining([{ type: 'text', text: textOf(streamed) }]),
    });
  });

  it('finds its session by id as well', async () => {
    const found = await gateway.call('GET', `/api/sessions/${provider}/api_key/${session}`);
    const events = await chat('sim-text', { session: found.json['id'] });

    expect(typesOf(events).at(-1)).toBe('message-end');
  });

  it('streams tool calls', async () => {
    const { json } = await ask('sim-tools', {
      stream: false,
      tools: [{ name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }],
    });

    expect(json['reason']).toBe('tool-calls');
    expect(json['content']).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: 'tool-call', name: 'get_weather', arguments: { city: 'Zürich' } })]),
    );
  });

  it.each([
    ['sim-rate-limited', 429, 'upstream.rate-limited'],
    ['sim-overloaded', 503, 'upstream.overloaded'],
    ['sim-bad-request', 400, 'upstream.invalid-request'],
    ['sim-unauthorized', 424, 'session.credential-rejected'],
    ['sim-html', 502, 'upstream.wrong-content-type'],
  ])('answers %s with a problem document, streamed or not', async (model, status, code) => {
    for (const stream of [true, false]) {
      const answer = await ask(model, { stream });

      expect(answer).toMatchObject({ status, json: { code, status, type: `urn:maestro:problem:${code}` } });
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    }
  });

  it('asks a provider that is overloaded again, twice, unless told not to', async () => {
    const { requests } = gateway.simulators.get(provider) ?? { requests: [] };
    const [before, body] = [requests.length, { provider, session, model: 'sim-overloaded', messages }];

    expect(await gateway.call('POST', '/api/chat', { body })).toMatchObject({ status: 503 });
    expect(requests.length - before).toBe(3);
    expect(await ask('sim-overloaded')).toMatchObject({ status: 503 });
    expect(requests.length - before).toBe(4);
    expect(await gateway.call('POST', '/api/chat', { body, headers: { 'x-maestro-retries': 'no' } })).toMatchObject({ status: 400 });
    expect(requests.length - before).toBe(4);
  });

  it('says when to come again where the provider said it', async () => {
    const { headers, json } = await ask('sim-rate-limited');

    expect(headers.get('retry-after')).toBe('7');
    expect(json).toMatchObject({ retryable: true, retryAfterMs: 7000 });
  });

  it.each([
    ['sim-error-midstream', /^upstream\./],
    ['sim-truncated', /^upstream\.truncated$/],
    ['sim-cut', /^upstream\./],
  ])('ends %s with an error event that is a problem document', async (model, code) => {
    const events = await chat(model);
    const whole = await ask(model, { stream: false });

    expect(typesOf(events)[0]).toBe('message-start');
    expect(typesOf(events).at(-1)).toBe('error');
    expect(typesOf(events)).not.toContain('message-end');
    expect(events.at(-1)?.data).toMatchObject({ code: expect.stringMatching(code), requestId: expect.any(String) });
    expect(whole.json['code']).toBe(events.at(-1)?.data['code']);
  });

  it('goes on past an event that nobody knows', async () => {
    expect(typesOf(await chat('sim-unknown-event'))).toEqual(expect.arrayContaining(['provider-event', 'message-end']));
  });

  it.each([true, false])('is ended at the provider as soon as the caller goes away (streamed: %s)', async (stream) => {
    const simulator = gateway.simulators.get(provider);
    const before = simulator?.requests.length ?? 0;
    const leaving = new AbortController();
    const body = { provider, session, model: 'sim-slow', messages, stream };

    const answer = gateway.send('POST', '/api/chat', { body, signal: leaving.signal });
    answer.catch(() => undefined);
    await until(() => (simulator?.requests.length ?? 0) > before);
    if (stream) await (await answer).body?.getReader().read();
    leaving.abort();

    await until(() => simulator?.requests[before]?.isAborted === true);
    expect(simulator?.requests[before]?.isAborted).toBe(true);
  });

  it('sends the key to the provider and nowhere else', async () => {
    const simulator = gateway.simulators.get(provider);
    const events = await chat('sim-text');
    const sent = JSON.stringify(simulator?.requests.at(-1)?.headers);

    expect(sent).toContain(simulator?.apiKey);
    expect(sent).not.toContain(gateway.adminKey);
    expect(JSON.stringify(events) + gateway.log()).not.toContain(simulator?.apiKey);
  });
});
