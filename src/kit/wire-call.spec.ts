import { gzipSync } from 'node:zlib';

import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { HttpClient, ProviderClient } from '../contracts/provider-client.js';
import type { RunningSimulator } from '../contracts/simulator.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import { httpClient } from './http-client.js';
import type { SimulatedAnswer } from './simulator-server.js';
import { startSimulatorServer } from './simulator-server.js';
import { userAgent } from './user-agent.js';
import type { FailureReader, WireCall } from './wire-call.js';
import { openStream, requestJson } from './wire-call.js';

/** A wire of our own: each event is a word, `!` is a failure, `.` the end. */
const decoder: StreamDecoder = {
  decode({ data }) {
    if (data === '!') throw new MaestroError('upstream.overloaded', { provider: 'acme' });
    const event: StreamEvent = data === '.' ? { type: 'message-end', reason: 'stop' } : { type: 'text-delta', part: 0, text: data };
    return { events: [event], state: { dialect: 'words' } };
  },
  end(state: StreamState | undefined) {
    if (state === undefined) throw new MaestroError('upstream.truncated', { provider: 'acme' });
    return [];
  },
};

describe('a call of a provider', () => {
  const http = httpClient();
  let server: RunningSimulator | undefined;

  afterEach(async () => {
    await server?.close();
  });
  afterAll(() => http.close());

  const failures: Parameters<FailureReader>[] = [];
  const callTo = async (answer: SimulatedAnswer, more: Partial<WireCall> = {}): Promise<WireCall> => {
    server = await startSimulatorServer(() => answer);
    const client: ProviderClient = {
      baseUrl: `${server.baseUrl}/base`,
      authorise(headers) {
        headers['x-key'] = 'secret';
      },
      http,
      settings: { text: () => undefined, secret: () => undefined },
    };
    failures.length = 0;
    return {
      provider: 'acme',
      client,
      path: '/things?limit=1',
      signal: new AbortController().signal,
      failureOf: (...refusal) => {
        failures.push(refusal);
        return new MaestroError('upstream.rate-limited', { provider: 'acme' });
      },
      ...more,
    };
  };
  const eventStream = { 'content-type': 'text/event-stream' };
  const words = (text: string): string[] => text.split(' ').map((word) => `data: ${word}\n\n`);
  const textOf = async (stream: AsyncIterable<StreamEvent>): Promise<string> => {
    let text = '';
    for await (const event of stream) text += event.type === 'text-delta' ? event.text : event.type;
    return text;
  };

  it('is a GET without a body, authorised, in our own name, below the base', async () => {
    const { value } = await requestJson(await callTo({ status: 200, body: '{"a":1}' }, { headers: { 'x-version': '1' } }));
    expect(value).toEqual({ a: 1 });
    expect(server?.requests).toMatchObject([
      {
        method: 'GET',
        path: '/base/things?limit=1',
        headers: { accept: 'application/json', 'user-agent': userAgent, 'x-version': '1', 'x-key': 'secret' },
      },
    ]);
    expect(server?.requests[0]?.headers).not.toHaveProperty('content-type');
  });

  it('is a POST of JSON with one, or what it is said to be', async () => {
    await requestJson(await callTo({ status: 200, body: '{}' }, { body: { b: 'ü' } }));
    expect(server?.requests).toMatchObject([{ method: 'POST', body: '{"b":"ü"}', headers: { 'content-type': 'application/json' } }]);
    await server?.close();
    await requestJson(await callTo({ status: 200, body: '{}' }, { method: 'DELETE' }));
    expect(server?.requests).toMatchObject([{ method: 'DELETE', body: '' }]);
  });

  it('reads what is JSON whatever it is called', async () => {
    const call = await callTo({ status: 200, headers: { 'content-type': 'text/plain' }, body: '[1]' });
    expect((await requestJson(call)).value).toEqual([1]);
  });

  it('tells a page from broken JSON', async () => {
    const page = await callTo({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' });
    await expect(requestJson(page)).rejects.toMatchObject({
      code: 'upstream.wrong-content-type',
      parameters: { contentType: 'text/html' },
    });
    await server?.close();
    const broken = await callTo({ status: 200, headers: { 'content-type': 'application/problem+json' }, body: '{"a":' });
    await expect(requestJson(broken)).rejects.toMatchObject({ code: 'upstream.malformed' });
  });

  it.each([301, 400, 429, 500])('gives a refusal with status %d to the dialect to read', async (status) => {
    const call = await callTo({ status, headers: { 'retry-after': '7' }, body: 'no' });
    await expect(openStream(call, decoder)).rejects.toMatchObject({ code: 'upstream.rate-limited' });
    expect(failures).toMatchObject([['acme', status, { 'retry-after': '7' }, 'no']]);
  });

  it('reads no more of a refusal than an error can be', async () => {
    await expect(requestJson(await callTo({ status: 500, body: 'x'.repeat(300 * 1024) }))).rejects.toThrow(MaestroError);
    expect(failures[0]?.[3]).toHaveLength(256 * 1024);
  });

  it('knows a refusal by its status though its body breaks off', async () => {
    const call = await callTo({ status: 429, body: ['{"err'], isCut: true });
    await expect(requestJson(call)).rejects.toMatchObject({ code: 'upstream.rate-limited' });
    expect(failures).toMatchObject([['acme', 429, {}, '']]);
  });

  it('is cancelled while a refusal is read', async () => {
    const abort = new AbortController();
    const call = await callTo({ status: 429, body: ['{"err'], isEndless: true }, { signal: abort.signal });
    const request: HttpClient['request'] = async (sent) => {
      const response = await http.request(sent);
      // The answer has begun: from here on only its body can be cancelled.
      abort.abort();
      return response;
    };
    const cancelled = { ...call, client: { ...call.client, http: { ...http, request } } };
    await expect(requestJson(cancelled)).rejects.toMatchObject({ code: 'request.cancelled' });
    expect(failures).toEqual([]);
  });

  it('streams events', async () => {
    const call = await callTo({ status: 200, headers: eventStream, body: words('one two .') }, { body: {} });
    expect(await textOf(await openStream(call, decoder))).toBe('onetwomessage-end');
    expect(server?.requests[0]?.headers).toMatchObject({ accept: 'text/event-stream' });
  });

  it('streams from a provider that names no content type', async () => {
    const call = await callTo({ status: 200, headers: { 'content-type': '' }, body: words('one .') });
    const nameless = { ...call, client: { ...call.client, http: withoutContentType() } };
    expect(await textOf(await openStream(nameless, decoder))).toBe('onemessage-end');
  });

  function withoutContentType(): ProviderClient['http'] {
    return {
      async request(request) {
        const { headers, ...rest } = await http.request(request);
        const { 'content-type': _contentType, ...others } = headers;
        return { ...rest, headers: others };
      },
      close: () => Promise.resolve(),
    };
  }

  it('rejects where the first thing in a 200 is a failure', async () => {
    const call = await callTo({ status: 200, headers: eventStream, body: words('! never') });
    await expect(openStream(call, decoder)).rejects.toMatchObject({ code: 'upstream.overloaded' });
  });

  it('rejects where a 200 says in its first breath that it began and that it failed', async () => {
    const beginning: StreamDecoder = {
      ...decoder,
      decode: (event, state) =>
        event.data === '('
          ? { events: [{ type: 'message-start', model: 'm' }], state: { dialect: 'words' } }
          : decoder.decode(event, state),
    };
    const call = await callTo({ status: 200, headers: eventStream, body: [words('( ! never').join('')], isEndless: true });
    await expect(openStream(call, beginning)).rejects.toMatchObject({ code: 'upstream.overloaded' });
    while (server?.requests[0]?.isAborted !== true) await new Promise(setImmediate);
    await server.close();
    const later = await callTo({ status: 200, headers: eventStream, body: [words('( one ! never').join('')] });
    expect((await (await openStream(later, beginning))[Symbol.asyncIterator]().next()).value).toMatchObject({ type: 'message-start' });
  });

  it('asks for an answer that is not compressed, and reads one that is', async () => {
    const headers = { ...eventStream, 'content-encoding': 'gzip' };
    const call = await callTo({ status: 200, headers, body: gzipSync(words('one two .').join('')) });
    expect(await textOf(await openStream(call, decoder))).toBe('onetwomessage-end');
    expect(server?.requests[0]?.headers).toMatchObject({ 'accept-encoding': 'identity' });
  });

  it('rejects where a 200 says nothing at all', async () => {
    const call = await callTo({ status: 200, headers: eventStream, body: '' });
    await expect(openStream(call, decoder)).rejects.toMatchObject({ code: 'upstream.truncated' });
  });

  it('throws a later failure behind what came before it', async () => {
    const stream = await openStream(await callTo({ status: 200, headers: eventStream, body: words('one two !') }), decoder);
    const seen: StreamEvent[] = [];
    const read = async (): Promise<void> => {
      for await (const event of stream) seen.push(event);
    };
    await expect(read()).rejects.toMatchObject({ code: 'upstream.overloaded' });
    expect(seen).toHaveLength(2);
  });

  it.each([
    ['an object', '{"error":{"type":"overloaded"}}'],
    ['a list', '[{"error":{"code":503}}]'],
  ])('takes plain JSON that holds an error for that failure: %s', async (_form, body) => {
    const call = await callTo({ status: 200, body });
    await expect(openStream(call, decoder)).rejects.toMatchObject({ code: 'upstream.rate-limited' });
    expect(failures).toMatchObject([['acme', 200, {}, body]]);
  });

  it.each([
    ['a page', 'text/html', '<html>'],
    ['other JSON', 'application/json', '{"error":null}'],
    ['a list of nothing', 'application/json', '[]'],
  ])('refuses %s where a stream should be', async (_what, contentType, body) => {
    const call = await callTo({ status: 200, headers: { 'content-type': contentType }, body });
    await expect(openStream(call, decoder)).rejects.toMatchObject({ code: 'upstream.wrong-content-type', parameters: { contentType } });
  });

  it.each(['before', 'in the middle of'])('ends the request when its reader leaves %s the stream', async (when) => {
    const call = await callTo({ status: 200, headers: eventStream, body: words('one two'), isEndless: true });
    const iterator = (await openStream(call, decoder))[Symbol.asyncIterator]();
    if (when !== 'before') await iterator.next();
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    while (server?.requests[0]?.isAborted !== true) await new Promise(setImmediate);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
});
