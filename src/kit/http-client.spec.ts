import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { HttpRequest } from '../contracts/provider-client.js';
import { httpClient } from './http-client.js';
import { readText } from './read-body.js';

/** A server that answers each connection with these bytes and then does as told. */
async function serving(bytes: readonly string[], then: 'end' | 'destroy' | 'hang'): Promise<{ url: string; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      for (const piece of bytes) socket.write(piece);
      if (then === 'end') socket.end();
      // The bytes must be out before the connection breaks.
      if (then === 'destroy') socket.write('', () => socket.resetAndDestroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/v1/things?limit=1`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';
const promised = `${head}content-length: 100\r\n\r\n`;

describe('the http client', () => {
  const http = httpClient();
  const closers: (() => void)[] = [];

  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });
  afterAll(() => http.close());

  const requested = async (bytes: readonly string[], then: 'end' | 'destroy' | 'hang', more: Partial<HttpRequest> = {}) => {
    const server = await serving(bytes, then);
    closers.push(server.close);
    return http.request({ method: 'GET', url: server.url, headers: {}, signal: new AbortController().signal, ...more });
  };

  it('gives status, headers and body of any answer', async () => {
    const text = 'no such thing';
    const response = await requested(
      [`HTTP/1.1 404 Not Found\r\nx-two: a\r\nx-two: b\r\ncontent-length: ${String(text.length)}\r\n\r\n${text}`],
      'hang',
    );
    expect(response.status).toBe(404);
    expect(response.headers['x-two']).toEqual(['a', 'b']);
    expect(await readText(response.body, 1000)).toBe(text);
  });

  it('follows no redirect', async () => {
    const response = await requested(['HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n'], 'hang');
    expect(response.status).toBe(302);
    await readText(response.body, 10);
  });

  it('says that nobody listens', async () => {
    const server = await serving([], 'end');
    server.close();
    const request = http.request({ method: 'GET', url: server.url, headers: {}, signal: new AbortController().signal });
    await expect(request).rejects.toMatchObject({
      code: 'upstream.unreachable',
      isRetryable: true,
      parameters: { origin: new URL(server.url).origin, reason: 'ECONNREFUSED' },
    });
  });

  it.each(['destroy', 'end'] as const)('tells a provider that hung up without an answer from one that is not there: %s', async (how) => {
    await expect(requested([], how)).rejects.toMatchObject({ code: 'upstream.disconnected', isRetryable: true });
  });

  it('says that the provider hung up in the middle of the body', async () => {
    const response = await requested([`${promised}some`], 'destroy');
    await expect(readText(response.body, 1000)).rejects.toMatchObject({ code: 'upstream.disconnected', isRetryable: true });
  });

  it('takes a body that is shorter than promised for a broken connection', async () => {
    const response = await requested([`${promised}some`], 'end');
    await expect(readText(response.body, 1000)).rejects.toMatchObject({ code: 'upstream.disconnected' });
  });

  it.each([
    ['SSH-2.0-OpenSSH_9.7\r\n', 'what it says is no HTTP'],
    [`${head}x-filler: ${'x'.repeat(64 * 1024)}\r\n\r\n`, 'the head of its answer is too long'],
  ])('tells a provider that cannot be read from one that is not there: %#', async (said, problem) => {
    await expect(requested([said], 'hang')).rejects.toMatchObject({
      code: 'upstream.malformed',
      isRetryable: false,
      parameters: { problem },
    });
  });

  it('gives up waiting for an answer', async () => {
    await expect(requested([], 'hang', { headersTimeoutMs: 20 })).rejects.toMatchObject({
      code: 'upstream.timeout',
      parameters: { phase: 'waiting for the answer' },
    });
  });

  it('gives up on a body that falls silent', async () => {
    const response = await requested([`${promised}some`], 'hang', { idleTimeoutMs: 20 });
    await expect(readText(response.body, 1000)).rejects.toMatchObject({
      code: 'upstream.timeout',
      parameters: { phase: 'in the middle of the answer' },
    });
  });

  it('says that it was cancelled, before and in the middle of the answer', async () => {
    await expect(requested([], 'hang', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'request.cancelled' });
    const abort = new AbortController();
    const response = await requested([`${promised}some`], 'hang', { signal: abort.signal });
    abort.abort();
    await expect(readText(response.body, 1000)).rejects.toMatchObject({ code: 'request.cancelled' });
  });

  it('passes on why it was cancelled where that is an error of ours', async () => {
    const reason = new MaestroError('gateway.shutting-down', {});
    await expect(requested([], 'hang', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('ends the connection when the reader leaves early', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.once('data', () => socket.write(`${promised}some`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${String(port)}/`;
    const response = await http.request({ method: 'GET', url, headers: {}, signal: new AbortController().signal });
    for await (const _piece of response.body) break;
    await new Promise<void>((resolve) => {
      if (sockets[0]?.destroyed === true) resolve();
      else
        sockets[0]?.once('close', () => {
          resolve();
        });
    });
    expect(sockets[0]?.destroyed).toBe(true);
  });
});
