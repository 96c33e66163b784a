import { once } from 'node:events';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { ServerTCP, type TcpSocket } from '@nestjs/microservices';

import type { Door } from './door.js';
import type { Budget, Received } from './guarded-socket.js';
import { GuardedSocket } from './guarded-socket.js';
import { admit } from './incoming.js';

const mostConnections = 1_000;
/** Bytes. */
const unfinishedMessages = 256 * 1024 * 1024;
/** Milliseconds that a peer gets to take the last of what it asked for. */
const farewellMs = 1_000;

export class TcpDoor extends ServerTCP implements Door {
  readonly #budget: Budget = { left: unfinishedMessages };

  constructor({ host, port }: { readonly host: string; readonly port: number }) {
    super({ host, port });
    this.server.maxConnections = mostConnections;
  }

  override async handleMessage(socket: TcpSocket, received: Received): Promise<void> {
    const admitted = admit(received.value, received.bytes, (pattern) => this.messageHandlers.has(pattern));
    if ('packet' in admitted) await super.handleMessage(socket, admitted.packet);
    else if (admitted.refusal !== undefined) socket.sendMessage(admitted.refusal);
  }

  address(): string {
    const { port } = this.unwrap<NetServer>().address() as AddressInfo;
    return `tcp://${this.host.includes(':') ? `[${this.host}]` : this.host}:${String(port)}`;
  }

  async leave(): Promise<void> {
    this.server.close();
  }

  /** Nest cuts connections off; what was written last would not arrive. */
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- Nest waits for what this returns, as for its other servers.
  override async close(): Promise<void> {
    const closing = [...this.openSockets].map(async (socket) => {
      const closed = once(socket, 'close');
      socket.end();
      await Promise.race([closed, pause(farewellMs, undefined, { ref: false })]);
    });
    await Promise.all(closing);
    super.close();
  }

  protected override getSocketInstance(socket: Socket): TcpSocket {
    return new GuardedSocket(socket, this.#budget);
  }

  /** Of connections that break there is nothing to tell. */
  protected override handleError(error: unknown): void {
    this.logger.debug?.({ text: 'a connection failed', error });
  }
}
