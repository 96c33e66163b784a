import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { MaestroClient } from '../../src/index.js';
import type { FloodedRpc } from '../support/flooded-rpc.js';
import { floodChat, startFloodedRpc } from '../support/flooded-rpc.js';
import { closed, connected as connectedTo, sendMalformed } from '../support/strangers.js';
import { until } from '../support/until.js';

let rpc: FloodedRpc;
let client: MaestroClient;
beforeAll(async () => {
  rpc = await startFloodedRpc(['tcp://127.0.0.1:0']);
  client = new MaestroClient({ url: rpc.addresses[0] ?? '', key: rpc.key });
}, 60_000);
afterAll(async () => {
  await client.close();
  await rpc.close();
});

function connected(): Promise<Socket> {
  return connectedTo(Number(new URL(rpc.addresses[0] ?? '').port));
}

function frame(message: unknown): string {
  const text = JSON.stringify(message);
  return `${String(text.length)}#${text}`;
}

/** What a door says to one message, and whether it keeps the connection. */
async function answerTo(text: string): Promise<{ readonly text: string; readonly isClosed: boolean }> {
  const socket = await connected();
  let received = '';
  socket.on('data', (data: Buffer) => {
    received += data.toString();
  });
  socket.write(text);
  const isOver = closed(socket);
  await Promise.race([isOver, new Promise((resolve) => socket.once('data', resolve)), pause(300)]);
  const isClosed = await Promise.race([isOver, pause(20, false)]);
  socket.destroy();
  return { text: received, isClosed };
}

async function isServing(): Promise<boolean> {
  return (await client.call('providers.list', {})).data.length === 1;
}

const { key, ...asked } = { key: 'mk_bad', pattern: 'maestro.providers.list', id: '1' };

describe('a door on TCP, for strangers', () => {
  it('survives 47 KB of tiny messages in one write (GHSA-hpwf-8g29-85qm)', async () => {
    const socket = await connected();
    socket.write('2#{}'.repeat(12_000));
    socket.write('4#null'.repeat(8_000));
    socket.write('1#1'.repeat(16_000));
    expect(await isServing()).toBe(true);
    socket.destroy();
  });

  it.each([
    ['a length that is none', 'abc#{}'],
    ['a negative length', '-5#{}'],
    ['no length', '#{}'],
    ['what is not JSON', '5#{"a":'],
    ['an empty message', '0#'],
    ['a length that is too short', '3#{"a":1}'],
  ])('closes the connection that sends %s, and no other', async (_what, text) => {
    expect(await answerTo(text)).toEqual({ text: '', isClosed: true });
    expect(await isServing()).toBe(true);
  });

  it('survives connections with malformed messages, and logs none of them', async () => {
    const before = rpc.log.lines.length;
    await sendMalformed(Number(new URL(rpc.addresses[0] ?? '').port), 500);
    expect(await isServing()).toBe(true);
    expect(rpc.log.lines.length - before).toBeLessThan(10);
  });

  it('looks at nothing after what is malformed', async () => {
    const socket = await connected();
    socket.write('abc#{}');
    for (let sent = 0; sent < 10_000 && !socket.destroyed; sent += 1) socket.write('abc#{}');
    await closed(socket);
    expect(await isServing()).toBe(true);
  });

  it('takes no message without an id but those that need no answer', async () => {
    const { text, isClosed } = await answerTo(frame({ pattern: 'maestro.providers.list', data: { key: rpc.key } }));
    expect({ text, isClosed }).toEqual({ text: '', isClosed: false });
  });

  it.each([
    ['an unknown pattern', { pattern: 'maestro.nothing.here' }, 'pattern.unknown'],
    ['a pattern that is like an object’s own', { pattern: 'constructor' }, 'pattern.unknown'],
    ['no key', { data: {} }, 'caller.key-missing'],
    ['a bad key', { data: { key } }, 'caller.key-invalid'],
    ['a payload that is none', { data: 7 }, 'request.invalid'],
    ['more than a message without files takes', { data: { key, data: 'x'.repeat(70_000) } }, 'request.too-large'],
  ])('answers %s with a problem document', async (_what, special, code) => {
    const { text, isClosed } = await answerTo(frame({ ...asked, ...special }));
    expect(JSON.parse(text.slice(text.indexOf('#') + 1))).toMatchObject({ id: '1', err: { code }, isDisposed: true });
    expect(isClosed).toBe(false);
  });

  it.each([
    ['deeper than a stack', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['with a prototype', '{"a":{"__proto__":{"isAdmin":true}}}'],
  ])('refuses data that is %s', async (_what, data) => {
    const text = `{"pattern":"maestro.providers.list","id":"1","data":{"key":"${rpc.key}","data":${data}}}`;
    expect((await answerTo(`${String(text.length)}#${text}`)).text).toContain('"code":"request.invalid"');
  });

  it('closes a connection that announces more than the longest message, without waiting for it', async () => {
    const socket = await connected();
    socket.write(`99999999999#`);
    const piece = 'x'.repeat(1024 * 1024);
    let sent = 0;
    while (!socket.destroyed && sent < 64) {
      if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed(socket)]);
      sent += 1;
    }
    expect(sent).toBeLessThan(64);
    expect(await isServing()).toBe(true);
  });
});

describe('a chat over TCP', () => {
  it('ends when the connection of its reader is cut', async () => {
    const socket = await connected();
    const flood = rpc.floods.length;
    socket.write(frame({ pattern: 'maestro.chat.stream', id: '1', data: { key: rpc.key, data: floodChat(10) } }));
    await once(socket, 'data');
    socket.destroy();
    await until(() => rpc.floods[flood]?.isOver === true);
  });

  it('waits for a reader that takes nothing, and for no other', async () => {
    const socket = await connected();
    const flood = rpc.floods.length;
    socket.pause();
    socket.write(frame({ pattern: 'maestro.chat.stream', id: '1', data: { key: rpc.key, data: floodChat(1_000) } }));
    await until(() => (rpc.floods[flood]?.events ?? 0) > 0);
    const still = async (): Promise<boolean> => {
      const before = rpc.floods[flood]?.events;
      await pause(150);
      return rpc.floods[flood]?.events === before;
    };
    await until(still);

    // What sockets and the kernel hold, and one read of the provider's.
    expect(rpc.floods[flood]?.events).toBeLessThan(20_000);
    expect(await isServing()).toBe(true);
    socket.destroy();
    await until(() => rpc.floods[flood]?.isOver === true);
  }, 60_000);
});
