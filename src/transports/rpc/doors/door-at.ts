import type { Door } from './door.js';
import { NatsDoor } from './nats-door.js';
import { RabbitDoor } from './rabbit-door.js';
import { RedisDoor } from './redis-door.js';
import { TcpDoor } from './tcp-door.js';

/** The door that an address of `MAESTRO_RPC_URLS` stands for. It is not open yet. */
export function doorAt(url: string): Door {
  const { protocol, hostname, port } = new URL(url);
  switch (protocol) {
    case 'tcp:':
      return new TcpDoor({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
    case 'nats:':
      return new NatsDoor(url);
    case 'redis:':
    case 'rediss:':
      return new RedisDoor(url);
    case 'amqp:':
    case 'amqps:':
      return new RabbitDoor(url);
    default:
      throw new Error(`${protocol} is no transport of messages`);
  }
}
