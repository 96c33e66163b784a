import { readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { errorCodeOf } from '../error-code.js';
import { isAlive, isNamedPostgres, workingFolderOf } from './process-table.js';

/** The server that holds a data directory, after its postmaster.pid. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly socketFolder: string;
}

/** A number that no process has: PostgreSQL takes such a file for a left-over, and still looks whether its shared memory is in use. */
const nobodysPid = 2_147_483_646;

/**
 * The server of this cluster if one lives. A left-over postmaster.pid is made harmless: PostgreSQL sees by itself that a
 * process is gone, but not that its number belongs to another program by now, nor what an empty file means.
 * Only under the lock: nobody else starts a server meanwhile.
 */
export async function livingPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const file = join(cluster, 'postmaster.pid');
  const text = await read(file);
  if (text === undefined) return undefined;
  const postmaster = postmasterFrom(text);
  if (postmaster === undefined) {
    // Half a file: of a server that starts just now without us, or of one that died so.
    await delay(500);
    if ((await read(file)) === text) await rm(file, { force: true });
    return livingPostmaster(cluster);
  }
  if (!isAlive(postmaster.pid)) return undefined;
  if (await isServerOf(postmaster.pid, cluster)) return postmaster;
  await writeFile(file, text.replace(/^\d+/, String(nobodysPid)));
  return undefined;
}

/** Lines: pid, data directory, start time, port, socket folder, address, shared memory key, status. */
const postmasterLines = /^(?<pid>\d+)\n.*\n.*\n(?<port>\d+)\n(?<socketFolder>.*)\n/;

function postmasterFrom(text: string): Postmaster | undefined {
  const { pid, port, socketFolder = '' } = postmasterLines.exec(text)?.groups ?? {};
  return pid === undefined ? undefined : { pid: Number(pid), port: Number(port), socketFolder };
}

async function read(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}

/** A postmaster works in its data directory; a dead one that nobody reaped works nowhere. */
async function isServerOf(pid: number, cluster: string): Promise<boolean> {
  const folder = await workingFolderOf(pid);
  return folder === 'unknown' ? isNamedPostgres(pid) : folder === (await realpath(cluster));
}
