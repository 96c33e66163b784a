import { randomBytes } from 'node:crypto';
import { link, readdir, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { errorCodeOf } from '../error-code.js';

/** Thrown where the lock was not free in time. */
export class LockTimeout extends Error {
  override readonly name = 'LockTimeout';
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
    if (latest > 0 && (await wasHeld(fileOf(folder, latest), deadline))) continue;
    const lock = await claim(folder, latest + 1);
    if (lock === undefined) continue;
    if ((await latestNumber(folder)) === latest + 1) {
      await removeBelow(folder, latest + 1);
      return lock;
    }
    lock.release();
  }
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
async function wasHeld(path: string, deadline: number): Promise<boolean> {
  const left = deadline - performance.now();
  if (left <= 0) throw new LockTimeout('the lock was not free in time');
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

async function numbers(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => (/^lock\.\d+$/.test(name) ? [Number(name.slice('lock.'.length))] : []));
}

async function latestNumber(folder: string): Promise<number> {
  return Math.max(0, ...(await numbers(folder)));
}

async function removeBelow(folder: string, own: number): Promise<void> {
  const older = (await numbers(folder)).filter((number) => number < own);
  await Promise.all(older.map((number) => rm(fileOf(folder, number), { force: true })));
}
