import type { WritePacket } from '@nestjs/microservices';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';
import { problemFromError } from '../../../contracts/errors/problem.js';

const stops = new WeakMap<object, (error: MaestroError) => void>();
const stopped = new WeakSet();

/** Told when a part of the answer to a message does not fit into a message of its transport. */
export function onUnsendable(context: object, stop: (error: MaestroError) => void): void {
  stops.set(context, stop);
}

/**
 * What goes out in place of a packet of so many bytes: the packet itself where it fits, a problem where the whole answer does
 * not, and nothing where an event of a stream does not: the stream then ends with that problem.
 */
export function sendable(context: object, packet: WritePacket, bytes: number, limit: number): WritePacket | undefined {
  if (stopped.has(context)) return packet.err === undefined ? undefined : packet;
  if (bytes <= limit) return packet;
  const error = new MaestroError('answer.too-large', { limit: sizeText(limit) });
  const stop = stops.get(context);
  if (stop === undefined) return { err: problemFromError(error), isDisposed: true };
  stopped.add(context);
  stop(error);
  return undefined;
}

export function sizeText(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${String(Math.floor(bytes / 1024 / 1024))} MiB` : `${String(Math.floor(bytes / 1024))} KiB`;
}
