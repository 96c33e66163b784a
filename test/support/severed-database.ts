import type { Server, Socket } from 'node:net';
import { createConnection, createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A way to a database that can be cut, or swallow what is sent. */
export interface SeveredDatabase {
  /** As DATABASE_URL. */
  readonly url: string;
  /** Breaks every connection, and takes none until it is mended. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** From now on nothing comes through, and nobody is told: connections stay, and new ones are taken and not answered. */
  swallow(): void;
  /** New connections come through again. What was swallowed once stays dead, as behind a router that forgot it. */
  cease(): void;
  /** How often anybody came, answered or not. */
  arrivals(): number;
  close(): Promise<void>;
}

/** PostgreSQL calls its socket so. */
const socketName = '.s.PGSQL.5432';

/** Stands between a replica and the tests' own PostgreSQL, on a socket of its own. */
export async function severedDatabase(url: string): Promise<SeveredDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-way-'));
  const socketFolder = decodeURIComponent(new URL(url).hostname);
  const open = new Set<Socket>();
  let server: Server | undefined;
  let isSwallowing = false;
  let arrivals = 0;
  const pass = (near: Socket): void => {
    arrivals += 1;
    if (isSwallowing) {
      open.add(near);
      near.on('error', () => undefined);
      near.on('close', () => open.delete(near));
      near.resume();
      return;
    }
    const far = createConnection(join(socketFolder, socketName));
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  };
  const mend = async (): Promise<void> => {
    const next = createServer(pass);
    await new Promise<void>((resolve) => next.listen(join(folder, socketName), resolve));
    server = next;
  };
  const cut = async (): Promise<void> => {
    const last = server;
    server = undefined;
    if (last === undefined) return;
    const closed = new Promise((resolve) => last.close(resolve));
    for (const socket of open) socket.destroy();
    await closed;
  };
  await mend();
  const own = new URL(url);
  return {
    url: url.replace(own.hostname, encodeURIComponent(folder)),
    cut,
    mend,
    swallow() {
      isSwallowing = true;
      for (const socket of open) socket.unpipe().resume();
    },
    cease() {
      isSwallowing = false;
    },
    arrivals: () => arrivals,
    async close() {
      await cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
