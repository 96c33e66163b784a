import type { ClientProxy } from '@nestjs/microservices';
import { ClientNats, ClientRedis, ClientRMQ, ClientTCP } from '@nestjs/microservices';

import { natsOptions, rabbitOptions, redisOptions } from '../doors/broker-address.js';

/** Characters; the longest answer that is read. */
const maxBufferSize = 64 * 1024 * 1024;

/** What is used of Nest's clients. */
export type Proxy = Pick<ClientProxy, 'send' | 'emit' | 'close'>;

/** Nest's client for the transport that an address stands for. It connects when it is used. */
export function proxyAt(url: string): Proxy {
  const { protocol, hostname, port } = new URL(url);
  switch (protocol) {
    case 'tcp:':
      return new ClientTCP({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), maxBufferSize });
    case 'nats:':
      return new ClientNats(natsOptions(url));
    case 'redis:':
    case 'rediss:':
      return new ClientRedis(redisOptions(url));
    case 'amqp:':
    case 'amqps:':
      return new ClientRMQ({ ...rabbitOptions(url), noAssert: true });
    default:
      throw new TypeError(`${protocol} is no transport of messages; there is tcp, nats, redis, rediss, amqp and amqps`);
  }
}
