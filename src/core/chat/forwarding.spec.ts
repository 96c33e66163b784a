import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { WholeApiKey, WholeOAuth, WholeStreaming } from '../../../test/extension/fixtures/whole-behaviours.js';
import { aCaller, anApiKey, tokens } from '../../../test/support/a-session.js';
import type { RunningMaestro } from '../../../test/support/start-maestro.js';
import { startMaestro } from '../../../test/support/start-maestro.js';
import { wholeProvider } from '../../../test/support/whole-provider.js';
import type { ApiKeyCredentials, OAuthCredentials } from '../../contracts/credentials.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { DialectSupport } from '../../contracts/manifest.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import { ProviderId } from '../../contracts/provider-id.js';
import { Secret } from '../../contracts/secret.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { TokenSet } from '../../contracts/tokens.js';
import type { WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { failureFromAnswer } from '../../kit/error-report.js';
import { forwardWire } from '../../kit/forward-wire.js';
import { httpClient } from '../../kit/http-client.js';
import type { WireTap } from '../../kit/wire-tap.js';
import type { ForwardCall, ForwardedAnswer } from './forwarding.js';
import { Forwarding } from './forwarding.js';
import { RetryMeans } from './retries.js';
import type { StreamOutcome } from './stream-observer.port.js';

const dialects: readonly DialectSupport[] = [{ dialect: 'wire', operations: ['chat'] }];
const http = httpClient();
let origin = '';

class LocalApiKey extends WholeApiKey {
  override createClient({ apiKey }: ApiKeyCredentials): ProviderClient {
    const settings = { text: () => undefined, secret: () => undefined };
    return {
      get baseUrl() {
        return origin;
      },
      authorise: (headers) => void (headers['authorization'] = `Bearer ${apiKey.reveal()}`),
      http,
      settings,
    };
  }
}

let trades = 0;

class LocalOAuth extends WholeOAuth {
  override refreshToken(): Promise<TokenSet> {
    trades += 1;
    return Promise.resolve({ accessToken: Secret.of('new-token-0123456789'), tokenType: 'Bearer', isExpiryEstimated: true, extra: {} });
  }

  override createClient(credentials: OAuthCredentials): ProviderClient {
    return { ...super.createClient(credentials, { baseUrl: origin }), http };
  }
}

class ForwardingStreaming extends WholeStreaming {
  override forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    return forwardWire(client, request, { provider: 'whole', dialects });
  }
}

/** Ends well where the last byte is a full stop. */
function dotTap(): WireTap {
  let text = '';
  return {
    read(bytes) {
      text += Buffer.from(bytes).toString();
      return text.length === bytes.length ? [{ type: 'message-start', model: 'told' }] : [];
    },
    end: () =>
      text.endsWith('.')
        ? { events: [{ type: 'message-end', reason: 'stop' }], isTruncated: false }
        : { events: [], isTruncated: true, failure: new MaestroError('upstream.truncated', { provider: 'whole' }) },
  };
}

describe('a request that is passed on', () => {
  let server: Server;
  let running: RunningMaestro;
  let answers: ((request: IncomingMessage, response: ServerResponse) => void)[] = [];
  let arrived: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
  const told: (StreamEvent | StreamOutcome)[] = [];
  const waits: number[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (bytes) => void (body += String(bytes)));
      request.on('end', () => {
        arrived.push({ headers: request.headers, body });
        (answers.shift() ?? ((_request, raw): void => void raw.end('nothing planned')))(request, response);
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    running = await startMaestro({
      providers: [wholeProvider({ apiKey: LocalApiKey, oauth: LocalOAuth, streaming: ForwardingStreaming, dialects })],
      observers: [() => ({ event: (event) => void told.push(event), end: (outcome) => void told.push(outcome) })],
    });
    const means = running.application.get<unknown, { wait: RetryMeans['wait'] }>(RetryMeans, { strict: false });
    jest.spyOn(means, 'wait').mockImplementation(async (milliseconds) => void waits.push(milliseconds));
    await running.maestro.createSession('whole', 'api_key', { name: 'work', credentials: anApiKey('key-of-the-session-0123') });
  });
  beforeEach(() => {
    [answers, arrived, told.length, waits.length] = [[], [], 0, 0];
  });
  afterAll(async () => {
    await running.close();
    await http.close();
    server.closeAllConnections();
    server.close();
  });

  function forward(special: Partial<ForwardCall> = {}, signal = new AbortController().signal): Promise<ForwardedAnswer> {
    const request = {
      dialect: 'wire',
      operation: 'chat',
      method: 'POST',
      path: '/chat',
      headers: {},
      body: Buffer.from('{"a": 1.0}'),
      signal,
    } as const;
    return running.application.get(Forwarding, { strict: false }).forward({
      caller: aCaller(['chat'], '*'),
      address: { provider: ProviderId.parse('whole'), session: 'work' },
      request,
      model: 'm',
      failureOf: failureFromAnswer,
      tapFor: ({ status }) => (status < 300 ? dotTap() : undefined),
      ...special,
    });
  }

  const answer =
    (status: number, body: string, headers: Record<string, string> = {}) =>
    (_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(status, headers).end(body);
    };

  it('goes out byte by byte under the session’s key, and its answer comes back so', async () => {
    answers = [answer(200, 'Hello.', { 'x-of-theirs': '1' })];

    const { status, headers, body, session, streamId } = await forward();

    expect({ status, text: await textOf(body), header: headers['x-of-theirs'] }).toEqual({ status: 200, text: 'Hello.', header: '1' });
    expect(arrived).toMatchObject([{ body: '{"a": 1.0}', headers: { authorization: 'Bearer key-of-the-session-0123' } }]);
    expect(session.name).toBe('work');
    expect(told).toEqual([
      { type: 'message-start', model: 'told', streamId },
      { type: 'message-end', reason: 'stop' },
      { kind: 'finished' },
    ]);
  });

  it('runs as often at a time as the caller may, however the ones before ended', async () => {
    const caller = { ...aCaller(['chat'], '*'), id: 'limited', limits: { streams: 1 } };
    answers = [answer(200, 'One.'), answer(400, 'no'), answer(200, 'Two.')];
    const { body } = await forward({ caller });

    await expect(forward({ caller })).rejects.toMatchObject({ code: 'caller.too-many-streams' });
    expect(await textOf(body)).toBe('One.');
    expect(await textOf((await forward({ caller })).body)).toBe('no');
    expect(await textOf((await forward({ caller })).body)).toBe('Two.');
  });

  it('is not repeated where it is refused, and the refusal passes as it is', async () => {
    answers = [answer(400, '{"error":{"message":"no"},"more":1}', { 'content-type': 'application/json' })];

    const { status, body } = await forward();

    expect([status, await textOf(body)]).toEqual([400, '{"error":{"message":"no"},"more":1}']);
    expect(arrived).toHaveLength(1);
    expect(told).toMatchObject([{ kind: 'failed', error: { code: 'upstream.invalid-request' } }]);
  });

  it('is repeated while the provider cannot serve, and what it says last passes as it is', async () => {
    answers = [answer(529, 'busy'), answer(200, 'Now.')];
    expect(await textOf((await forward()).body)).toBe('Now.');
    answers = [answer(503, 'one'), answer(503, 'two'), answer(429, `three ${'x'.repeat(400_000)}`, { 'retry-after': '1' })];

    const { status, headers, body } = await forward();

    expect({ status, retryAfter: headers['retry-after'] }).toEqual({ status: 429, retryAfter: '1' });
    expect((await textOf(body)).length).toBe(400_006);
    expect(arrived).toHaveLength(5);
    expect(waits).toHaveLength(3);
  });

  it('is sent once where the caller wants no repetition', async () => {
    answers = [answer(503, 'busy')];
    const { status, body } = await forward({ retries: 0 });
    expect([status, await textOf(body)]).toEqual([503, 'busy']);
    expect(arrived).toHaveLength(1);
  });

  it('tells of a refused credential as what it is', async () => {
    answers = [answer(401, '{"error":{"message":"bad key"}}')];
    await expect(forward()).rejects.toMatchObject({ code: 'session.credential-rejected' });
    expect(told).toMatchObject([{ kind: 'failed', error: { code: 'session.credential-rejected' } }]);
  });

  it('is not led elsewhere, and neither is who asked', async () => {
    answers = [answer(307, 'over there', { location: 'http://127.0.0.1:9/elsewhere' })];
    await expect(forward()).rejects.toMatchObject({ code: 'upstream.failed', isRetryable: false });
    expect(arrived).toHaveLength(1);
    answers = [answer(304, '')];
    expect((await forward()).status).toBe(304);
  });

  it('goes out once more under new tokens where a login is refused', async () => {
    const credentials = tokens({ refreshToken: Secret.of('refresh-0123456789') });
    await running.maestro.createSession('whole', 'oauth', { name: 'login', credentials });
    answers = [answer(401, '{}'), answer(200, 'Hello.')];
    const address = { provider: ProviderId.parse('whole'), session: 'login' };

    expect(await textOf((await forward({ address })).body)).toBe('Hello.');
    answers = [answer(401, '{}'), answer(401, '{}')];
    await expect(forward({ address })).rejects.toMatchObject({ code: 'session.credential-rejected' });

    expect(arrived.map(({ headers }) => headers.authorization?.slice(0, 10))).toEqual([
      'Bearer acc',
      'Bearer new',
      'Bearer new',
      'Bearer new',
    ]);
    expect(trades).toBe(2);
  });

  it('fails when every byte was handed on, where the answer broke off before its end', async () => {
    answers = [answer(200, 'Hel')];
    const { body } = await forward();

    const read: string[] = [];
    const reading = (async () => {
      for await (const bytes of body) read.push(Buffer.from(bytes).toString());
    })();

    await expect(reading).rejects.toMatchObject({ code: 'upstream.truncated' });
    expect(read.join('')).toBe('Hel');
    expect(told.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'upstream.truncated' } });
  });

  it('is whole where its last word was said before the connection broke', async () => {
    answers = [
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('Hello.', () => setImmediate(() => response.destroy()));
      },
    ];

    expect(await textOf((await forward()).body)).toBe('Hello.');
    expect(told.slice(-2)).toEqual([{ type: 'message-end', reason: 'stop' }, { kind: 'finished' }]);
  });

  it('leaves a refusal unread of which there is no end, before it asks again', async () => {
    const closed: Promise<unknown>[] = [];
    const endless = (_request: IncomingMessage, response: ServerResponse): void => {
      response.writeHead(503);
      for (let piece = 0; piece < 64; piece += 1) response.write('x'.repeat(64 * 1024));
      closed.push(new Promise((resolve) => response.once('close', resolve)));
    };
    answers = [endless, endless, answer(200, 'Now.')];

    expect(await textOf((await forward()).body)).toBe('Now.');
    await Promise.all(closed);
    expect(closed).toHaveLength(2);
  });

  it('ends at the provider as soon as the reader leaves', async () => {
    const left = new Promise((resolve) => {
      answers = [(_request, response) => response.writeHead(200).write('x') && response.once('close', resolve)];
    });
    const { body } = await forward();
    await body.next();
    const waiting = body.next().catch((error: unknown) => error);
    await body.return?.();

    await left;
    expect(await waiting).toMatchObject({ code: 'request.cancelled' });
    expect(told.at(-1)).toEqual({ kind: 'left' });
  });

  it('ends with the gateway, and is not begun for somebody who is gone', async () => {
    answers = [(_request, response) => void response.writeHead(200).write('x')];
    const { body } = await forward();
    await body.next();
    running.application.get(Forwarding, { strict: false }).stop();

    await expect(body.next()).rejects.toMatchObject({ code: 'gateway.shutting-down' });
    await expect(forward({}, AbortSignal.abort())).rejects.toMatchObject({ code: 'request.cancelled' });
    expect(arrived).toHaveLength(1);
  });

  it('goes nowhere without a grant or where nobody listens', async () => {
    await expect(forward({ caller: aCaller(['chat'], 'other') })).rejects.toMatchObject({ code: 'session.not-found' });
    const address = origin;
    origin = 'http://127.0.0.1:1';
    await expect(forward({ retries: 0 })).rejects.toMatchObject({ code: 'upstream.unreachable' });
    origin = address;

    expect(told).toMatchObject([{ kind: 'failed', error: { code: 'upstream.unreachable' } }]);
  });
});

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const bytes of body) pieces.push(bytes);
  return Buffer.concat(pieces).toString();
}
