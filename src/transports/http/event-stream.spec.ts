import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { problemFromError } from '../../contracts/errors/problem.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { EventStreamOptions } from './event-stream.js';
import { sendEventStream } from './event-stream.js';

const problemFrom = (failure: unknown): ReturnType<typeof problemFromError> => problemFromError(MaestroError.from(failure), 'r-1');

const delta = (text: string): StreamEvent => ({ type: 'text-delta', part: 0, text });

/** Serves one stream to one reader; `over` tells when the writer is done. */
async function serve(events: AsyncIterable<StreamEvent>, options: Partial<EventStreamOptions> = {}) {
  const writes: string[] = [];
  let server: Server | undefined;
  let raw: ServerResponse | undefined;
  let over: Promise<void> | undefined;
  await new Promise<void>((resolve) => {
    server = createServer((_request, response) => {
      raw = response;
      const write = response.write.bind(response);
      response.write = (text: string) => {
        writes.push(text);
        return write(text);
      };
      over = sendEventStream(response, events, { problemFrom, ...options });
    }).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server?.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((resolve) => get({ port, host: '127.0.0.1', agent: false }, resolve));
  return {
    answer,
    writes,
    response: raw,
    over: () => over,
    async text() {
      const pieces: string[] = [];
      for await (const piece of answer.setEncoding('utf8')) pieces.push(piece as string);
      return pieces.join('');
    },
    close() {
      server?.close();
      server?.closeAllConnections();
    },
  };
}

describe('a stream of events to a reader', () => {
  it('is a data line for each, numbered from 0', async () => {
    async function* events(): AsyncGenerator<StreamEvent> {
      yield { type: 'message-start', model: 'm' };
      yield delta('line\nbreak "quoted" 🎻');
      yield { type: 'message-end', reason: 'stop' };
    }
    const stream = await serve(events());

    expect(await stream.text()).toBe(
      'data: {"type":"message-start","model":"m","seq":0}\n\n' +
        'data: {"type":"text-delta","part":0,"text":"line\\nbreak \\"quoted\\" 🎻","seq":1}\n\n' +
        'data: {"type":"message-end","reason":"stop","seq":2}\n\n',
    );
    expect(stream.answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    stream.close();
  });

  it('is written once for all that came together, and at once', async () => {
    const reads = [['a', 'b', 'c'], ['d'], ['e', 'f']];
    async function* events(): AsyncGenerator<StreamEvent> {
      for (const read of reads) {
        await new Promise((resolve) => setImmediate(resolve));
        for (const text of read) yield delta(text);
      }
    }
    const stream = await serve(events());
    await stream.text();

    expect(stream.writes.map((text) => text.match(/"text":"(.)"/g)?.length)).toEqual([3, 1, 2]);
    stream.close();
  });

  it('ends with an error event where it fails', async () => {
    async function* events(): AsyncGenerator<StreamEvent> {
      yield delta('a');
      throw new MaestroError('upstream.truncated', { provider: 'acme' });
    }
    const stream = await serve(events());
    const text = await stream.text();

    expect(text).toMatch(
      /^data: .*"seq":0}\n\nevent: error\ndata: {"type":"urn:maestro:problem:upstream\.truncated",.*"requestId":"r-1"}\n\n$/,
    );
    stream.close();
  });

  it('asks for no more than a slow reader takes', async () => {
    let asked = 0;
    async function* events(): AsyncGenerator<StreamEvent> {
      for (; asked < 100_000; asked += 1) yield delta('x'.repeat(1_000));
    }
    const stream = await serve(events());
    let before = -1;
    while (before !== asked) {
      before = asked;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }

    expect(asked).toBeLessThan(20_000);
    expect(stream.response?.writableLength).toBeLessThan(200_000);
    stream.close();
    await stream.over();
  });

  it('goes on when the reader does', async () => {
    async function* events(): AsyncGenerator<StreamEvent> {
      for (let index = 0; index < 10_000; index += 1) yield delta('x'.repeat(1_000));
    }
    const stream = await serve(events());
    await new Promise((resolve) => setTimeout(resolve, 50));
    const text = await stream.text();

    expect(text.match(/"seq":/g)).toHaveLength(10_000);
    expect(text).toMatch(/"seq":9999}\n\n$/);
    stream.close();
  });

  it('is over when the reader goes away, and says so to the source', async () => {
    let leave: (() => void) | undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    async function* events(): AsyncGenerator<StreamEvent> {
      try {
        for (;;) {
          yield delta('x'.repeat(1_000));
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        leave?.();
      }
    }
    const stream = await serve(events());
    stream.answer.destroy();
    await stream.over();
    await left;
    stream.close();
  });

  it('gives up a reader that takes nothing for too long', async () => {
    let isLeft = false;
    async function* events(): AsyncGenerator<StreamEvent> {
      try {
        for (;;) yield delta('x'.repeat(1_000));
      } finally {
        isLeft = true;
      }
    }
    const stream = await serve(events(), { patienceMs: 50 });
    await stream.over();

    expect(isLeft).toBe(true);
    expect(stream.response?.destroyed).toBe(true);
    stream.close();
  });
});
