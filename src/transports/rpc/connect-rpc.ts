import type { INestApplication } from '@nestjs/common';
import type { CustomStrategy } from '@nestjs/microservices';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Door } from './doors/door.js';
import { doorAt } from './doors/door-at.js';
import { shownAddress } from './doors/shown-address.js';
import { Peers } from './peers.js';

/** The doors of an application that listens. */
export interface RpcDoors {
  /** Where each is, without what must not be shown. */
  readonly addresses: readonly string[];
  /** Takes no request more; those under way are answered. To be called before the application closes. */
  leave(): Promise<void>;
}

/**
 * Opens a door for messages at each address: `tcp://host:port` listens there, `nats:`, `redis:` and `amqp:` go to a broker. To be
 * called on an application with `MaestroRpcModule`, before or after it listens.
 *
 * @throws MaestroError `gateway.door-closed`
 */
export async function connectRpc(app: INestApplication, urls: readonly string[]): Promise<RpcDoors> {
  const peers = app.get(Peers, { strict: false });
  const doors: Door[] = [];
  for (const url of urls) doors.push(await opened(app, url));
  for (const door of doors) if (door.peers !== undefined) peers.add(door.peers);
  return {
    addresses: doors.map((door) => door.address()),
    async leave() {
      await Promise.all(doors.map((door) => door.leave()));
    },
  };
}

async function opened(app: INestApplication, url: string): Promise<Door> {
  const door = doorAt(url);
  try {
    await app.connectMicroservice<CustomStrategy>({ strategy: door }).listen();
    return door;
  } catch (error) {
    const reason = error instanceof Error && error.message !== '' ? error.message : 'it cannot be reached';
    throw new MaestroError('gateway.door-closed', { address: shownAddress(url), reason }, { cause: error });
  }
}
