import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface ConnectProxy {
  readonly url: string;
  /** The head of each request, as it came. */
  readonly heads: readonly string[];
  close(): Promise<void>;
}

export interface ProxyConduct {
  /** Where a name leads; default: to 127.0.0.1, at the port that was asked for. */
  readonly ports?: Readonly<Record<string, number>>;
  /** What is answered instead, to a head. */
  readonly answer?: (head: string) => string | undefined;
}

/** A proxy of few words, on a socket: CONNECT leads to a port of this machine, whatever the name. */
export async function startConnectProxy({ ports = {}, answer }: ProxyConduct = {}): Promise<ConnectProxy> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let head = '';
    const read = (piece: Buffer): void => {
      head += piece.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      heads.push(head);
      const [, target = ''] = head.split(' ');
      const own = answer?.(head);
      if (own !== undefined) {
        socket.write(own);
        return;
      }
      const upstream = connect({ host: '127.0.0.1', port: ports[target] ?? Number(target.split(':').at(-1)) }, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      sockets.add(upstream);
      upstream.on('error', () => socket.destroy());
    };
    socket.on('data', read);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    heads,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
