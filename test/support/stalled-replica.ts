import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { RefreshTimes } from '../../src/core/refresh/refresh-times.js';

/** A replica whose event loop stands still when it is told to. */
export interface StallingReplica {
  /** Begins a refresh of the login; how it ends is what `next` tells. */
  refresh(): void;
  /** Resolves when it stands still. */
  stall(milliseconds: number): Promise<void>;
  /** `refreshed <access token>` or `failed <error>`. */
  next(): Promise<string>;
  close(): Promise<void>;
}

export interface StallingReplicaParts {
  readonly url: string;
  /** As MAESTRO_ENCRYPTION_KEYS. */
  readonly keys: string;
  readonly tokenUrl: string;
  readonly times: Partial<RefreshTimes>;
}

const root = process.cwd();
const program = join(root, 'test/support/stalled-replica.mts');
const loader = join(root, 'node_modules/tsx/dist/loader.mjs');

export async function startStallingReplica(parts: StallingReplicaParts): Promise<StallingReplica> {
  const child = fork(program, [JSON.stringify(parts)], { execArgv: ['--import', loader] });
  await told(child);
  return {
    refresh() {
      child.send({ order: 'refresh' });
    },
    async stall(forMs) {
      const stalled = told(child);
      child.send({ order: 'stall', forMs });
      await stalled;
    },
    next: () => told(child),
    async close() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

async function told(child: ChildProcess): Promise<string> {
  const gone = once(child, 'exit').then(() => {
    throw new Error('the replica ended');
  });
  const [message] = (await Promise.race([once(child, 'message'), gone])) as [string];
  gone.catch(() => undefined);
  return message;
}
