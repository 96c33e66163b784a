import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import type { Sink } from '../../../contracts/flowing.js';
import type { StreamEvent } from '../../../contracts/stream-event.js';
import type { ForwardedAnswer } from '../../../core/chat/forwarding.js';
import type { StreamWriter } from '../../../kit/door.js';
import { flowFrom } from '../../../kit/flow.js';
import { tellSession } from './answer-headers.js';
import { sendForwarded, sendWritten } from './send-answer.js';

async function answered(answer: (raw: ServerResponse) => void): Promise<Response> {
  const server = createServer((_request, raw) => {
    answer(raw);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const response = await fetch(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    const bytes = await response.arrayBuffer();
    return new Response(bytes, { status: response.status, headers: response.headers });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function* broken(...pieces: readonly string[]): AsyncGenerator<Uint8Array, undefined> {
  for (const piece of pieces) yield Buffer.from(piece);
  throw new MaestroError('upstream.disconnected', { origin: 'https://api.example' });
}

const aForwarded = (contentType: string, ...pieces: readonly string[]): ForwardedAnswer =>
  ({
    streamId: 's',
    status: 200,
    headers: { 'content-type': contentType, 'x-request-id': 'theirs', 'x-maestro-session': 'forged', 'x-more': ['a', 'b'] },
    body: { flow: (sink: Sink<Uint8Array>) => flowFrom(broken(...pieces), sink) },
  }) as unknown as ForwardedAnswer;

const told: string[] = [];
const noted = (failure: unknown): MaestroError => {
  const error = MaestroError.from(failure);
  told.push(error.code);
  return error;
};

/** The trailers of the answer to a request that reads it to its end. */
async function trailersOf(answer: (raw: ServerResponse) => void): Promise<NodeJS.Dict<string>> {
  const server = createServer((_request, raw) => {
    answer(raw);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const address = { port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false };
    const response = await new Promise<IncomingMessage>((resolve) => get(address, resolve));
    response.resume();
    await once(response, 'end');
    return response.trailers;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('a streamed answer in the words of another wire', () => {
  const writer: StreamWriter = {
    contentType: 'text/event-stream',
    write: (event) => ({ text: 'data: 1\n\n', notices: event.type === 'provider-event' ? [`provider-event ${event.name}`] : [] }),
    end: () => '',
    fail: () => 'data: failed\n\n',
  };
  const streamOf = (...names: readonly string[]) =>
    (async function* events(): AsyncGenerator<StreamEvent> {
      yield { type: 'message-start', model: 'm' };
      for (const name of names) yield { type: 'provider-event', name, data: null };
    })();

  it('names at its end what its events said and it could not', async () => {
    const trailers = await trailersOf((raw) => void sendWritten(raw, streamOf('ping', 'odd', 'ping'), writer, noted));
    expect(trailers).toEqual({ 'x-maestro-untranslated': 'provider-event ping, provider-event odd' });
    await expect(trailersOf((raw) => void sendWritten(raw, streamOf(), writer, noted))).resolves.toEqual({});
  });
});

describe('a forwarded answer', () => {
  it('that breaks off ends with the words of its wire', async () => {
    const response = await answered((raw) => {
      raw.setHeader('x-request-id', 'ours');
      void sendForwarded(
        raw,
        aForwarded('text/event-stream', 'data: 1\n\n', 'data: 2'),
        (_e, type, tail) => `${type} ${Buffer.from(tail).toString()}|`,
        noted,
      );
    });

    expect(await response.text()).toBe('data: 1\n\ndata: 2text/event-stream a: 2|');
    expect(response.headers.get('x-request-id')).toBe('ours');
    expect(response.headers.get('x-maestro-upstream-request-id')).toBe('theirs');
    expect(response.headers.get('x-maestro-session')).toBeNull();
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('x-more')).toBe('a, b');
    expect(told).toContain('upstream.disconnected');
  });

  it('that breaks off where nothing can be said is seen to be broken', async () => {
    await expect(
      answered((raw) => {
        void sendForwarded(raw, aForwarded('application/json', '{"half":'), () => undefined, noted);
      }),
    ).rejects.toThrow();
  });
});

describe('the headers of an answer', () => {
  it('tell session and provider', async () => {
    const { headers } = await answered((raw) => {
      tellSession(raw, { provider: 'acme', name: 'work' } as Parameters<typeof tellSession>[1]);
      raw.end();
    });

    expect([headers.get('x-maestro-provider'), headers.get('x-maestro-session')]).toEqual(['acme', 'work']);
  });
});
