import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections of a server on which nobody waits for anything. Node closes those that rest when the server begins to close; it knows
 * nothing of those that come to rest later, and of those that a client opened in advance and never used.
 */
export class QuietConnections {
  private readonly open = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
  }

  close(): void {
    for (const socket of this.open) if (socket.bytesRead === 0) socket.destroy();
    this.server.closeIdleConnections();
  }
}
