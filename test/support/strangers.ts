import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** A connection to a port of loopback, of somebody who expects nothing of it. */
export async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket.on('error', () => undefined);
}

export function closed(socket: Socket): Promise<true> {
  return new Promise((resolve) => {
    socket.once('close', () => {
      resolve(true);
    });
  });
}

const malformed = ['abc#{}', '9#{"key":"m', '0#', '3#{"a":1}', '-1#x', '#', '7#not json'];

/** So many connections, a hundred at a time, each with one message that is none. */
export async function sendMalformed(port: number, connections: number): Promise<void> {
  for (let sent = 0; sent < connections; sent += 100) {
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const socket = await connected(port);
        const isClosed = closed(socket);
        socket.end(malformed[(sent / 100 + index) % malformed.length] ?? '');
        await isClosed;
      }),
    );
  }
}
