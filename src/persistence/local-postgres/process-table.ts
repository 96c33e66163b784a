import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

import { errorCodeOf } from '../error-code.js';

const run = promisify(execFile);

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCodeOf(error) === 'EPERM';
  }
}

/** `undefined` of a process that has none (any more), `unknown` where the system does not tell, as all but Linux do not. */
export async function workingFolderOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'unknown';
  return readlink(`/proc/${String(pid)}/cwd`).catch((error: unknown) => (errorCodeOf(error) === 'EACCES' ? 'unknown' : undefined));
}

/** By the name of its program; a dead process that nobody reaped is none. */
export async function isNamedPostgres(pid: number): Promise<boolean> {
  return run('ps', ['-o', 'stat=,comm=', '-p', String(pid)]).then(
    ({ stdout }) => /^[^Z]*\s.*(postgres|postmaster)/.test(stdout.trim()),
    () => false,
  );
}
