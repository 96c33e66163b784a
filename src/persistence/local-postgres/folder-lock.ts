import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { errorCodeOf } from '../error-code.js';

/** Thrown where the lock was not free in time. */
export class LockTimeout extends Error {
  override readonly name = 'LockTimeout';

  /** @param holder who has it, as far as that is known, and where */
  constructor(readonly holder: string) {
    super(`the lock was not free in time: ${holder} has it`);
  }
}

interface HeldLock {
  release(): void;
}

/**
 * Runs `work` while no other process runs anything under the lock of the same folder.
 *
 * Held is: a process listens on the socket `lock.<n>` of the highest n. The kernel ends that with the process, however it
 * dies, so there is no process id to check and nothing left over to judge; a file that nobody answers behind is a free lock.
 * Who wants it makes the next number, by a link, which only one can. The highest number is never removed, so a
 * late-comer that links an old number again finds a higher one and steps back.
 */
export async function underLock<T>(folder: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const lock = await acquire(folder, performance.now() + timeoutMs);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function acquire(folder: string, deadline: number): Promise<HeldLock> {
  for (;;) {
    const latest = await latestNumber(folder);
    if (latest > 0 && (await wasHeld(folder, latest, deadline))) continue;
    const lock = await claim(folder, latest + 1);
    if (lock === undefined) continue;
    if ((await latestNumber(folder)) === latest + 1) {
      await removeBelow(folder, latest + 1);
      return signed(lock, holderFileOf(folder, latest + 1));
    }
    lock.release();
  }
}

/** Who waits in vain is told whom for. Nothing else rests on it: a holder that stands still cannot answer, and a dead one needs not. */
async function signed(lock: HeldLock, file: string): Promise<HeldLock> {
  await writeFile(file, `process ${String(process.pid)} on ${hostname()}`).catch(() => undefined);
  return {
    release() {
      rmSync(file, { force: true });
      lock.release();
    },
  };
}

/** It listens before it can be seen, so a claimed number is never taken for a free one. */
async function claim(folder: string, number: number): Promise<HeldLock | undefined> {
  const draft = join(folder, `draft.${randomBytes(4).toString('hex')}`);
  const lock = await listenOn(draft);
  try {
    await link(draft, fileOf(folder, number));
    return lock;
  } catch (error) {
    lock.release();
    if (errorCodeOf(error) === 'EEXIST') return undefined;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function listenOn(path: string): Promise<HeldLock> {
  const waiting = new Set<Socket>();
  const server: Server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => waiting.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Exclusive: a cluster worker would else listen through its primary, whose life is another.
    server.listen({ path, exclusive: true }, resolve);
  });
  return {
    release() {
      server.close();
      for (const socket of waiting) socket.destroy();
    },
  };
}

/** Waits for the holder to let go; false where there was none. */
async function wasHeld(folder: string, number: number, deadline: number): Promise<boolean> {
  const path = fileOf(folder, number);
  const left = deadline - performance.now();
  if (left <= 0) {
    const holder = await readFile(holderFileOf(folder, number), 'utf8').catch(() => 'somebody');
    throw new LockTimeout(`${holder} (${path})`);
  }
  const outcome = await new Promise<string>((resolve) => {
    const socket = connect(path);
    let isConnected = false;
    const timer = setTimeout(() => socket.destroy(), left);
    socket.on('connect', () => (isConnected = true));
    socket.on('error', (error) => {
      clearTimeout(timer);
      resolve(isConnected ? 'held' : errorCodeOf(error));
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve('held');
    });
  });
  if (outcome === 'ECONNREFUSED' || outcome === 'ENOENT') return false;
  // Anything else (EAGAIN: many wait already) says that somebody lives there.
  if (outcome !== 'held') await delay(20);
  return true;
}

function fileOf(folder: string, number: number): string {
  return join(folder, `lock.${String(number)}`);
}

function holderFileOf(folder: string, number: number): string {
  return join(folder, `holder.${String(number)}`);
}

async function numbers(folder: string, kind: 'lock' | 'holder' = 'lock'): Promise<readonly number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => new RegExp(`^${kind}\\.(\\d+)$`).exec(name)?.slice(1).map(Number) ?? []);
}

async function latestNumber(folder: string): Promise<number> {
  return Math.max(0, ...(await numbers(folder)));
}

async function removeBelow(folder: string, own: number): Promise<void> {
  const locks = (await numbers(folder)).map((number) => [number, fileOf(folder, number)] as const);
  const holders = (await numbers(folder, 'holder')).map((number) => [number, holderFileOf(folder, number)] as const);
  const older = [...locks, ...holders].filter(([number]) => number < own);
  await Promise.all(older.map(([, file]) => rm(file, { force: true })));
}
