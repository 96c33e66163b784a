import type { Socket } from 'node:net';

import { MaestroError } from '../../../contracts/errors/maestro-error.js';

/**
 * Resolves when a connection takes more, or is closed; `undefined` where it takes more already. A peer that takes nothing for too
 * long is disconnected, which ends all that it asked for.
 */
export function socketRoom(socket: Socket | undefined, patienceMs: number): Promise<void> | undefined {
  if (socket?.writableNeedDrain !== true || socket.destroyed) return undefined;
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => {
      socket.destroy(new MaestroError('request.cancelled', {}));
    }, patienceMs);
    const settle = (): void => {
      clearTimeout(giveUp);
      socket.off('drain', settle);
      socket.off('close', settle);
      resolve();
    };
    socket.once('drain', settle);
    socket.once('close', settle);
  });
}
