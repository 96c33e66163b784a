import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'pg';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import { errorCodeOf } from '../error-code.js';
import type { Binaries } from './binaries.js';
import type { Folders } from './folders.js';
import type { Postmaster } from './postmaster.js';
import { livingPostmaster } from './postmaster.js';
import { isAlive } from './process-table.js';

/** The role that owns everything, and the only one; who may reach the socket may do all. */
export const role = 'maestro';

/** Recovery after a crash may take its time. */
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const maximumLogBytes = 1_000_000;

/** Fresh each time: the server outlives us, and must not carry the keys in our environment. */
const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };

/** Makes the cluster, whole or not at all: an initdb that was killed leaves a draft, which the next start removes. */
export async function makeCluster(folders: Folders, binaries: Binaries, options: ServerOptions): Promise<void> {
  const drafts = (await readdir(folders.home)).filter((name) => name.startsWith('draft.'));
  await Promise.all(drafts.map((name) => rm(join(folders.home, name), { recursive: true, force: true })));
  const draft = join(folders.home, `draft.${randomBytes(4).toString('hex')}`);
  const log = await open(folders.log, 'a', 0o600);
  try {
    const from = (await log.stat()).size;
    const child = spawn(
      join(binaries.folder, 'initdb'),
      ['-D', draft, '-U', role, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions', '--no-sync'],
      { ...identity(folders), stdio: ['ignore', log.fd, log.fd] },
    );
    const outcome = await ended(child);
    if (outcome !== undefined) {
      throw new MaestroError('database.not-started', { reason: await reasonIn(folders.log, from, `initdb ${outcome}`), log: folders.log });
    }
    // Who does without the safety of the disk does without it from the first file on.
    if (options['fsync'] !== 'off') await putOnDisk(draft, folders, binaries);
  } finally {
    await log.close();
  }
  await rename(draft, folders.cluster);
}

/**
 * initdb asks the disk for each of a thousand files, which is the longest part of a first start. One request for the whole file
 * system takes a twentieth of that; where the system has no such program, initdb does it its own way.
 */
async function putOnDisk(draft: string, folders: Folders, binaries: Binaries): Promise<void> {
  const atOnce = await ended(spawn('sync', ['-f', draft], { env: environment, stdio: 'ignore' }));
  if (atOnce === undefined) return;
  const outcome = await ended(
    spawn(join(binaries.folder, 'initdb'), ['--sync-only', '-D', draft], { ...identity(folders), stdio: 'ignore' }),
  );
  if (outcome !== undefined) {
    throw new MaestroError('database.not-started', { reason: `initdb --sync-only ${outcome}`, log: folders.log });
  }
}

interface Attempt {
  /** Why it ended, as soon as it has. */
  outcome?: string;
}

/**
 * A connection to the running server, which is started if need be. Only under the lock.
 *
 * @throws MaestroError `database.not-started`
 */
export async function runningServer(folders: Folders, binaries: Binaries, options: ServerOptions): Promise<Client> {
  const deadline = performance.now() + startTimeoutMs;
  let attempt: Attempt | undefined;
  let reason = 'it did not answer in time';
  while (performance.now() < deadline) {
    if (attempt?.outcome !== undefined) {
      reason = attempt.outcome;
      if (!isPassing(reason)) break;
      attempt = undefined;
    }
    const postmaster = attempt === undefined ? await livingPostmaster(folders.cluster) : undefined;
    if (postmaster === undefined) attempt ??= await start(folders, binaries, options);
    const answer = await tryConnect(folders, postmaster);
    if (typeof answer !== 'string') return answer;
    if (isFinal(answer)) {
      reason = answer;
      break;
    }
    await delay(15);
  }
  throw new MaestroError('database.not-started', { reason, log: folders.log });
}

/** Stops the server of this cluster in order; without its consent where it does not come to an end. Only under the lock. */
export async function stopServer(cluster: string): Promise<void> {
  const postmaster = await livingPostmaster(cluster);
  if (postmaster === undefined) return;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (isAlive(postmaster.pid)) process.kill(postmaster.pid, signal);
    if (await hasGone(postmaster, cluster)) return;
  }
}

export type ServerOptions = Readonly<Record<string, string>>;

/** Starts the server as nobody's child, in a session of its own. */
async function start(folders: Folders, binaries: Binaries, options: ServerOptions): Promise<Attempt> {
  await Promise.all(['.s.PGSQL.5432', '.s.PGSQL.5432.lock'].map((name) => rm(join(folders.run, name), { force: true })));
  const size = await stat(folders.log).then(
    (found) => found.size,
    () => 0,
  );
  const log = await open(folders.log, size > maximumLogBytes ? 'w' : 'a', 0o600);
  try {
    const from = (await log.stat()).size;
    const settings: ServerOptions = {
      listen_addresses: '',
      port: '5432',
      unix_socket_directories: folders.run,
      unix_socket_permissions: '0700',
      ...options,
    };
    const child = spawn(
      join(binaries.folder, 'postgres'),
      ['-D', folders.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...identity(folders), detached: true, stdio: ['ignore', log.fd, log.fd] },
    );
    child.unref();
    const attempt: Attempt = {};
    void ended(child).then(async (outcome) => {
      attempt.outcome = await reasonIn(folders.log, from, outcome ?? 'it ended by itself');
    });
    return attempt;
  } finally {
    await log.close();
  }
}

/** The backends of a killed server live a moment longer, and PostgreSQL does not start beside them. */
function isPassing(reason: string): boolean {
  return /shared memory|lock file/.test(reason);
}

/** A role or a database that is missing will not come by waiting. */
function isFinal(code: string): boolean {
  return code.startsWith('28') || code.startsWith('3D');
}

async function tryConnect(folders: Folders, postmaster: Postmaster | undefined): Promise<Client | string> {
  const client = new Client({
    // The file names no socket folder during the first moments.
    host: postmaster?.socketFolder === undefined || postmaster.socketFolder === '' ? folders.run : postmaster.socketFolder,
    port: postmaster?.port ?? 5432,
    user: role,
    database: 'postgres',
    application_name: 'maestro member',
    ssl: false,
    connectionTimeoutMillis: 5000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    return errorCodeOf(error);
  }
}

function identity({ user }: Folders): SpawnOptions {
  return { env: environment, cwd: '/', ...(user !== undefined && { uid: user.uid, gid: user.gid }) };
}

/** How a process ended; `undefined` where all was well. */
async function ended(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${String(code)}`}`);
    });
  });
}

/** The last line of weight that was written to the log since `from`. */
async function reasonIn(log: string, from: number, otherwise: string): Promise<string> {
  const text = (await readFile(log).catch(() => Buffer.alloc(0))).subarray(from).toString();
  const lines = text.split('\n').filter((line) => /\b(FATAL|PANIC|error):/.test(line));
  return lines.at(-1)?.replace(/^.*?(?=FATAL|PANIC|error:)/, '') ?? otherwise;
}

async function hasGone({ pid }: Postmaster, cluster: string): Promise<boolean> {
  const deadline = performance.now() + stopTimeoutMs;
  while (performance.now() < deadline) {
    // The file goes last. Its process may stay as a zombie where nobody reaps it.
    if (!isAlive(pid) || !existsSync(join(cluster, 'postmaster.pid'))) return true;
    await delay(10);
  }
  return false;
}
