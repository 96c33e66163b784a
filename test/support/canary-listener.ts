import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';

/** A place inside that nobody should be led to: it answers nothing, and counts who came. */
export interface CanaryListener {
  readonly port: number;
  readonly connections: () => number;
  close(): Promise<void>;
}

export async function startCanaryListener(): Promise<CanaryListener> {
  let connections = 0;
  const open = new Set<Socket>();
  const meet = (socket: Socket): void => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  };
  const [server, other] = [createServer(meet), createServer(meet)];
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  // A machine may have no IPv6.
  await once(other.listen(port, '::1'), 'listening').catch(() => undefined);
  return {
    port,
    connections: () => connections,
    async close() {
      for (const socket of open) socket.destroy();
      for (const one of [server, other].filter(({ listening }) => listening)) {
        one.close();
        await once(one, 'close');
      }
    },
  };
}
