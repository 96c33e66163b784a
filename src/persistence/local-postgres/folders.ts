import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { errorCodeOf } from '../error-code.js';
import type { DatabaseUser } from './database-user.js';
import { closedFolder, databaseUserFor } from './database-user.js';

/** Where the private PostgreSQL lies. */
export interface Folders {
  /** Holds everything of the server; its own user's only. */
  readonly home: string;
  /** PGDATA. */
  readonly cluster: string;
  /** Sockets: the server's, and those of our lock. */
  readonly run: string;
  readonly log: string;
  readonly user?: DatabaseUser;
}

/** A socket's path ends at 103 bytes on macOS, at 107 on Linux; the longest name in the folder is `.s.PGSQL.5432.lock`. */
const longestRun = 103 - '/.s.PGSQL.5432.lock'.length;

/**
 * Makes the folders of the private PostgreSQL in the data directory, or finds them made.
 *
 * @throws MaestroError `database.folder-unusable`
 */
export async function prepareFolders(dataDir: string): Promise<Folders> {
  try {
    await mkdir(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    const root = await realpath(dataDir);
    const home = join(root, 'postgres');
    const cluster = join(home, 'data');
    const user = await databaseUserFor(cluster);
    if (user !== undefined) await openTheWay(root, user);
    await makePrivate(home, user);
    const run = await makeRun(home, user);
    return { home, cluster, run, log: join(home, 'server.log'), ...(user !== undefined && { user }) };
  } catch (error) {
    if (MaestroError.is(error)) throw error;
    throw new MaestroError('database.folder-unusable', { folder: dataDir, problem: errorCodeOf(error) }, { cause: error });
  }
}

/** PG_VERSION of a cluster; `undefined` where there is none yet. */
export async function majorOf(cluster: string): Promise<number | undefined> {
  const text = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch((error: unknown) => {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw new MaestroError('database.folder-unusable', { folder: cluster, problem: errorCodeOf(error) }, { cause: error });
  });
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

/** Passing (not listing) is all that the server's user needs. The data directory is ours to open; what lies above it is not. */
async function openTheWay(root: string, user: DatabaseUser): Promise<void> {
  const { mode, uid } = await stat(root);
  if (uid === process.getuid?.() && (mode & 0o011) !== 0o011) await chmod(root, (mode & 0o7777) | 0o011);
  const closed = await closedFolder(root, user);
  if (closed === undefined) return;
  throw new MaestroError('database.folder-unusable', {
    folder: root,
    problem: `PostgreSQL does not run as root, and the user ${user.name} may not pass ${closed}`,
  });
}

async function makeRun(home: string, user: DatabaseUser | undefined): Promise<string> {
  const inside = join(home, 'run');
  const run =
    Buffer.byteLength(inside) <= longestRun ? inside : `/tmp/maestro-${createHash('sha256').update(home).digest('hex').slice(0, 24)}`;
  await makePrivate(run, user);
  return run;
}

/** A folder of that user's only; one that is there already must be just that, as /tmp belongs to everybody. */
async function makePrivate(folder: string, user: DatabaseUser | undefined): Promise<void> {
  const uid = user?.uid ?? process.getuid?.();
  try {
    await mkdir(folder, { mode: 0o700 });
    if (user !== undefined) await chown(folder, user.uid, user.gid);
    return;
  } catch (error) {
    if (errorCodeOf(error) !== 'EEXIST') throw error;
  }
  const found = await lstat(folder);
  // Another process of ours is between mkdir and chown, or died there.
  if (user !== undefined && found.uid === 0 && found.isDirectory()) return chown(folder, user.uid, user.gid);
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return;
  throw new MaestroError('database.folder-unusable', { folder, problem: 'it belongs to another user, or others may look into it' });
}
