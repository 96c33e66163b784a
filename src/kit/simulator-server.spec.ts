import { setTimeout as pause } from 'node:timers/promises';

import { httpClient } from './http-client.js';
import { readText } from './read-body.js';
import type { SimulatedAnswer } from './simulator-server.js';
import { startSimulatorServer } from './simulator-server.js';

describe('a simulator server', () => {
  const http = httpClient();
  const closers: (() => Promise<void>)[] = [];
  const started = async (answer: SimulatedAnswer | (() => SimulatedAnswer), pace = 0) => {
    const server = await startSimulatorServer(() => (typeof answer === 'function' ? answer() : answer), { pace });
    closers.push(() => server.close());
    return server;
  };

  afterEach(async () => {
    await Promise.all(closers.splice(0).map((close) => close()));
  });
  afterAll(() => http.close());

  const get = (url: string, signal = new AbortController().signal) =>
    http.request({ method: 'GET', url, headers: { 'x-mark': 'a' }, signal });

  it('answers with status, headers and body, and keeps what it was asked', async () => {
    const server = await started({ status: 418, headers: { 'x-kind': 'teapot' }, body: '{"a":1}' });
    const response = await http.request({
      method: 'POST',
      url: `${server.baseUrl}/path?query=1`,
      headers: { 'x-mark': 'a' },
      body: 'hello',
      signal: new AbortController().signal,
    });
    expect(response.status).toBe(418);
    expect(response.headers).toMatchObject({ 'content-type': 'application/json', 'x-kind': 'teapot' });
    expect(await readText(response.body, 100)).toBe('{"a":1}');
    expect(server.requests).toMatchObject([{ method: 'POST', path: '/path?query=1', body: 'hello', isAborted: false }]);
    expect(server.requests[0]?.headers['x-mark']).toBe('a');
  });

  it('writes pieces one by one at its pace', async () => {
    const server = await started({ status: 200, body: ['a', 'b', 'c'] }, 1);
    const pieces: string[] = [];
    for await (const piece of (await get(server.baseUrl)).body) pieces.push(Buffer.from(piece).toString());
    expect(pieces.join('')).toBe('abc');
    expect(pieces.length).toBeGreaterThan(1);
  });

  it('breaks the connection where told to, after all that it had to say', async () => {
    const server = await started({ status: 200, body: ['said'], isCut: true });
    let said = '';
    const read = async () => {
      for await (const piece of (await get(server.baseUrl)).body) said += Buffer.from(piece).toString();
    };
    await expect(read()).rejects.toMatchObject({ code: 'upstream.disconnected' });
    expect(said).toBe('said');
  });

  it('never ends an endless answer, and sees that the client went away', async () => {
    const server = await started({ status: 200, body: ['said'], isEndless: true });
    const abort = new AbortController();
    const read = async () => {
      for await (const _piece of (await get(server.baseUrl, abort.signal)).body) abort.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: 'request.cancelled' });
    while (server.requests[0]?.isAborted !== true) await pause(1);
    expect(server.requests[0].isAborted).toBe(true);
  });

  it('stops writing to a client that is gone', async () => {
    const server = await started({ status: 200, body: Array.from({ length: 50 }, () => 'x') }, 1);
    const abort = new AbortController();
    const read = async () => {
      for await (const _piece of (await get(server.baseUrl, abort.signal)).body) abort.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: 'request.cancelled' });
    await pause(5);
    await expect(server.close()).resolves.toBeUndefined();
  });

  it('hangs up, and lives on, where the simulator itself fails', async () => {
    let isBroken = true;
    const server = await started(() => {
      if (isBroken) throw new Error('a mistake in the simulator');
      return { status: 200, body: 'ok' };
    });
    await expect(get(server.baseUrl)).rejects.toMatchObject({ category: 'upstream' });
    isBroken = false;
    expect((await get(server.baseUrl)).status).toBe(200);
  });
});
