import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';

/** A proxy that leads to one place only, and tells who wanted to go elsewhere: what a program calls beside what it was told to. */
export interface DeadEnd {
  readonly url: string;
  /** The first line of each request for another place. */
  readonly attempts: readonly string[];
  close(): Promise<void>;
}

/** @param open `host:port` of the one place: some programs ask their proxy for loopback too. */
export async function startDeadEnd(open: string): Promise<DeadEnd> {
  const attempts: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      const line = data.toString('latin1').split('\r\n')[0] ?? '';
      if (!line.startsWith(`CONNECT ${open} `)) {
        attempts.push(line);
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
        return;
      }
      const onward = connect(Number(open.split(':')[1]), '127.0.0.1', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'));
      onward.on('error', () => socket.destroy());
      onward.pipe(socket).pipe(onward);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    attempts,
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}
