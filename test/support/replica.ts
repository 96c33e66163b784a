import type { ChildProcess } from 'node:child_process';
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

import type { RefreshRotation } from '../../src/contracts/manifest.js';
import type { RefreshAheadOptions } from '../../src/core/core-options.js';
import type { RefreshTimes } from '../../src/core/refresh/refresh-times.js';
import type { RefreshReason } from '../../src/core/refresh/token-refresh.js';

/** A provider of a replica: its id, and the issuer behind it. */
export interface ReplicaIssuer {
  readonly provider: string;
  readonly rotation: RefreshRotation;
  readonly graceSeconds?: number;
  readonly tokenUrl: string;
}

export interface ReplicaSettings {
  readonly url: string;
  /** As MAESTRO_ENCRYPTION_KEYS. */
  readonly keys: string;
  readonly issuers: readonly ReplicaIssuer[];
  /** The folder for results that wait for the database. */
  readonly spool: string;
}

/** How it went for one caller: a token (hashed), or an error. */
export interface CallerOutcome {
  readonly session: string;
  readonly milliseconds: number;
  readonly token?: string;
  readonly code?: string;
  readonly text?: string;
}

/** Maestro's core in a process of its own. */
export interface Replica {
  readonly pid: number;
  /** Reads the sessions as they are now: what callers will say that they saw. */
  see(sessions: readonly string[]): Promise<void>;
  /** So many callers for each session, all at once. Rejects where the process ends before they are done. */
  refresh(sessions: readonly string[], count: number, reason?: RefreshReason): Promise<readonly CallerOutcome[]>;
  setTimes(times: Partial<Pick<RefreshTimes, 'leaseMs' | 'tokenTimeoutMs' | 'waitMs' | 'holdMs'>>): Promise<void>;
  /** Makes a session after another one; an own copy of its secret. */
  clone(session: string, name: string): Promise<void>;
  delete(session: string): Promise<void>;
  startAhead(options: RefreshAheadOptions): Promise<void>;
  stopAhead(): Promise<void>;
  /** Resolves when the process is gone: its exit code, or the signal that ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | NodeJS.Signals>;
}

/** Where a process is to die by itself, as test/support/failpoints.mjs takes it. */
export type Failpoint = { readonly when?: 'before' | 'after'; readonly nth?: number } & (
  | { readonly statement: string; readonly since?: string }
  | { readonly file: 'writeFile' | 'sync' | 'rename' | 'rm'; readonly folder: string }
  | { readonly wire: 'client:sendHeaders' | 'request:bodySent' | 'request:headers' | 'request:trailers' }
);

const program = resolve('test/support/replicated-core.mjs');
const failpoints = resolve('test/support/failpoints.mjs');

/** Several at a time, each with its own connections. The built program: that is what a machine runs, and it starts faster. */
export async function startReplicas(count: number, settings: ReplicaSettings): Promise<readonly Replica[]> {
  execFileSync(process.execPath, [resolve('scripts/ensure-built.mjs')], { stdio: 'ignore' });
  return Promise.all(Array.from({ length: count }, () => startReplica(settings)));
}

/**
 * A replica that dies by itself at one point: of `work`, or of its start. Resolves when it is gone, with the signal; with its exit
 * code where it never came to that point.
 */
export async function dyingReplica(
  settings: ReplicaSettings,
  dieAt: Failpoint,
  work: (replica: Replica) => Promise<unknown> = async () => undefined,
): Promise<NodeJS.Signals | number> {
  const child = forked(settings, dieAt);
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  await answered(child, 0)
    .then(() => work(replicaOf(child)))
    .catch(() => undefined);
  const mercy = setTimeout(() => child.kill('SIGTERM'), 20_000);
  const [code, signal] = await exit;
  clearTimeout(mercy);
  return signal ?? code ?? 0;
}

async function startReplica(settings: ReplicaSettings): Promise<Replica> {
  const child = forked(settings);
  await answered(child, 0);
  return replicaOf(child);
}

function forked(settings: ReplicaSettings, dieAt?: Failpoint): ChildProcess {
  return fork(program, [JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...(dieAt !== undefined && {
      execArgv: ['--import', failpoints],
      env: { ...process.env, MAESTRO_TEST_DIE_AT: JSON.stringify(dieAt) },
    }),
  });
}

function replicaOf(child: ChildProcess): Replica {
  let orders = 0;
  const tell = async (order: string, data: object = {}): Promise<unknown> => {
    orders += 1;
    const answer = answered(child, orders);
    child.send({ id: orders, order, ...data });
    return answer;
  };
  return {
    pid: child.pid ?? 0,
    async see(sessions) {
      await tell('see', { sessions });
    },
    async refresh(sessions, callers, reason = 'rejected') {
      return (await tell('refresh', { sessions, count: callers, reason })) as readonly CallerOutcome[];
    },
    async setTimes(times) {
      await tell('times', { times });
    },
    async clone(session, name) {
      await tell('clone', { session, name });
    },
    async delete(session) {
      await tell('delete', { session });
    },
    async startAhead(options) {
      await tell('ahead', { options });
    },
    async stopAhead() {
      await tell('rest');
    },
    async end(signal) {
      if (child.exitCode !== null) return child.exitCode;
      if (child.signalCode !== null) return child.signalCode;
      const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
      child.kill(signal);
      const [code, killedBy] = await ended;
      return code ?? killedBy ?? 0;
    },
  };
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

function answered(child: ChildProcess, id: number): Promise<unknown> {
  return new Promise((settle, reject) => {
    const done = (): void => {
      child.off('message', heard);
      child.off('exit', ended);
    };
    const ended = (): void => {
      done();
      reject(new Error(`replica ${String(child.pid)} ended`));
    };
    const heard = (answer: Answer): void => {
      if (answer.id !== id) return;
      done();
      if (answer.error === undefined) settle(answer.value);
      else reject(new Error(answer.error));
    };
    child.on('message', heard);
    child.once('exit', ended);
  });
}
