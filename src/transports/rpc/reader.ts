import type { Socket } from 'node:net';

import { JsonSocket, NatsContext, RedisContext, RmqContext, TcpContext } from '@nestjs/microservices';

import { MaestroError } from '../../contracts/errors/maestro-error.js';

const kinds = [
  ['tcp', TcpContext],
  ['nats', NatsContext],
  ['redis', RedisContext],
  ['rmq', RmqContext],
] as const;

/** The transport that a message came over, for the log. */
export function transportOf(context: unknown): string {
  return kinds.find(([, kind]) => context instanceof kind)?.[0] ?? 'other';
}

/** The socket that a message came through; absent where there is a broker between. */
export function socketOf(context: unknown): Socket | undefined {
  if (!(context instanceof TcpContext)) return undefined;
  const socket: unknown = context.getSocketRef();
  return socket instanceof JsonSocket ? socket.netSocket : undefined;
}

/** Somebody who waits for an answer. */
export interface Reader {
  /** Aborted when the reader is known to be gone. A broker keeps that to itself. */
  readonly signal: AbortSignal;
  /** The answer is over: nobody watches any more. */
  release(): void;
}

/** One listener for all that a connection asks for: one each would be too many, and would stay as long as the connection. */
const waiting = new WeakMap<Socket, Set<AbortController>>();

export function readerOf(context: unknown): Reader {
  const controller = new AbortController();
  const socket = socketOf(context);
  if (socket === undefined) return { signal: controller.signal, release: () => undefined };
  if (socket.destroyed) controller.abort(new MaestroError('request.cancelled', {}));
  const watched = waiting.get(socket) ?? watch(socket);
  watched.add(controller);
  return {
    signal: controller.signal,
    release: () => {
      watched.delete(controller);
    },
  };
}

function watch(socket: Socket): Set<AbortController> {
  const watched = new Set<AbortController>();
  waiting.set(socket, watched);
  socket.once('close', () => {
    for (const controller of watched) controller.abort(new MaestroError('request.cancelled', {}));
    watched.clear();
  });
  return watched;
}
