// Child processes, and what the kernel says of them.
import { fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Starts a module that sends `{ port }`, or anything else, once it is ready. Rejects with the end of what it wrote. */
export function started(module, { args = [], env = {} } = {}) {
  const child = fork(module, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
  return ready(child, 60_000);
}

export function ready(child, patienceMs) {
  return new Promise((resolve, reject) => {
    let errors = '';
    child.stderr?.on('data', (piece) => {
      errors = `${errors}${String(piece)}`.slice(-2_000);
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`not ready after ${String(patienceMs / 1000)} s: ${errors}`));
    }, patienceMs);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${String(code)}: ${errors}`));
    });
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve({ child, message });
    });
  });
}

export async function stopped(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(timer);
}

/** Processor time of a process with its children so far, in nanoseconds; `undefined` where the kernel does not tell. */
export function cpuOf(pid) {
  try {
    return treeOf(pid).reduce((sum, each) => sum + ownCpu(each), 0);
  } catch {
    return undefined;
  }
}

/** Resident bytes of a process with its children. */
export function memoryOf(pid) {
  return treeOf(pid).reduce((sum, each) => {
    const [, kilobytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(each)}/status`, 'utf8')) ?? [];
    return sum + Number(kilobytes) * 1024;
  }, 0);
}

function ownCpu(pid) {
  const folder = `/proc/${String(pid)}/task`;
  return readdirSync(folder).reduce((sum, task) => {
    const [nanoseconds = '0'] = readFileSync(`${folder}/${task}/schedstat`, 'utf8').split(' ');
    return sum + Number(nanoseconds);
  }, 0);
}

function treeOf(pid) {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => treeOf(Number(child))))];
}
