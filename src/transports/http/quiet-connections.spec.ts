import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';

import { QuietConnections } from './quiet-connections.js';

describe('the quiet connections of a server', () => {
  const server = createServer((_request, response) => {
    waiting.push(response);
    server.emit('asked');
  });
  const waiting: ServerResponse[] = [];
  const quiet = new QuietConnections(server);
  const sockets: Socket[] = [];
  const opened = async (): Promise<Socket> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    await Promise.all([once(socket, 'connect'), once(server, 'connection')]);
    return socket.resume();
  };
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('are those that were never used, and those whose answers went out; whoever waits is left in peace', async () => {
    const unused = await opened();
    const asking = await opened();
    asking.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n');
    await once(server, 'asked');
    const closed = once(server.close(), 'close');
    const ends = [once(unused, 'close'), once(asking, 'close')] as const;

    quiet.close();
    await ends[0];
    expect(asking.closed).toBe(false);

    const answer = once(asking, 'data');
    waiting[0]?.end('well');
    expect(String(await answer)).toContain('200 OK');
    quiet.close();
    await Promise.all([ends[1], closed]);
  });
});
