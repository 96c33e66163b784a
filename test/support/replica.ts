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
  startAhead(options: RefreshAheadOptions): Promise<void>;
  stopAhead(): Promise<void>;
  /** Resolves when the process is gone: its exit code, or the signal that ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | NodeJS.Signals>;
}

const program = resolve('test/support/replicated-core.mjs');

/** Several at a time, each with its own connections. The built program: that is what a machine runs, and it starts faster. */
export async function startReplicas(count: number, settings: ReplicaSettings): Promise<readonly Replica[]> {
  execFileSync(process.execPath, [resolve('scripts/ensure-built.mjs')], { stdio: 'ignore' });
  return Promise.all(Array.from({ length: count }, () => startReplica(settings)));
}

async function startReplica(settings: ReplicaSettings): Promise<Replica> {
  const child = fork(program, [JSON.stringify(settings)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await answered(child, 0);
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
