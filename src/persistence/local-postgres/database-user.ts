import { execFile } from 'node:child_process';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

import { MaestroError } from '../../contracts/errors/maestro-error.js';

/** Who runs the server where Maestro itself is root, which PostgreSQL refuses to be. */
export interface DatabaseUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);

/** In this order: the one that packages of PostgreSQL make, then the one that every system has. */
const candidates = ['postgres', 'nobody'] as const;

/**
 * Whom to run the server as. `undefined` where Maestro is no root: as ourselves. A cluster that is there keeps its owner.
 *
 * @throws MaestroError `database.folder-unusable`
 */
export async function databaseUserFor(cluster: string): Promise<DatabaseUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await ownerOf(cluster);
  if (owner !== undefined) return owner;
  for (const name of candidates) {
    const user = await userNamed(name);
    if (user !== undefined) return user;
  }
  throw new MaestroError('database.folder-unusable', {
    folder: cluster,
    problem: 'PostgreSQL does not run as root, and this system has neither a user postgres nor a user nobody',
  });
}

async function ownerOf(folder: string): Promise<DatabaseUser | undefined> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined || found.uid === 0) return undefined;
  return { name: await nameOf(found.uid), uid: found.uid, gid: found.gid };
}

async function nameOf(uid: number): Promise<string> {
  return run('id', ['-un', String(uid)]).then(
    ({ stdout }) => stdout.trim(),
    () => `with id ${String(uid)}`,
  );
}

async function userNamed(name: string): Promise<DatabaseUser | undefined> {
  try {
    return { name, uid: Number((await run('id', ['-u', name])).stdout), gid: Number((await run('id', ['-g', name])).stdout) };
  } catch {
    return undefined;
  }
}

/** The first folder on the way to `path`, itself included, that the user may not pass; `undefined` where the way is open. */
export async function closedFolder(path: string, user: DatabaseUser): Promise<string | undefined> {
  for (const folder of waysTo(await realpath(path))) {
    const { mode, uid, gid } = await stat(folder);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & 1) === 0) return folder;
  }
  return undefined;
}

function waysTo(path: string): readonly string[] {
  return path === dirname(path) ? [path] : [...waysTo(dirname(path)), path];
}
