import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { Client } from 'pg';

import { findBinaries } from '../../src/persistence/local-postgres/binaries.js';
import { underLock } from '../../src/persistence/local-postgres/folder-lock.js';
import type { Folders } from '../../src/persistence/local-postgres/folders.js';
import { prepareFolders } from '../../src/persistence/local-postgres/folders.js';
import { makeCluster, role, runningServer, stopServer } from '../../src/persistence/local-postgres/server.js';

/** How a server goes: told to by its operator, told to go at once, or one of its processes dies and takes all others along. */
export type Outage = 'fast' | 'immediate' | 'backend';

/** A PostgreSQL of one test's own, to be restarted under its clients. */
export interface RestartableDatabase {
  /** As DATABASE_URL. */
  readonly url: string;
  /** Resolves when it takes connections again, after the outage that it was told. */
  suffer(outage: Outage): Promise<void>;
  close(): Promise<void>;
}

/**
 * The disk is spared: no test cuts the power, and what a server has given to the system outlives it. What it acknowledged must be
 * with the system by then, so `synchronous_commit` stays on.
 */
const options = { fsync: 'off' };

const signals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

export async function restartableDatabase(): Promise<RestartableDatabase> {
  const folder = mkdtempSync(join(tmpdir(), `maestro-test-${String(process.pid)}-own-`));
  const folders = await prepareFolders(folder);
  const binaries = await findBinaries(folders.user === undefined ? {} : { user: folders.user });
  await makeCluster(folders, binaries, options);
  const started = (): Promise<Client> => underLock(folders.run, 60_000, () => runningServer(folders, binaries, options));
  await (await started()).end();
  return {
    url: `postgres://${role}@${encodeURIComponent(folders.run)}:5432/postgres`,
    async suffer(outage) {
      if (outage === 'backend') await killBackend(await started());
      else await stop(folders, signals[outage]);
      await (await started()).end();
    },
    async close() {
      await underLock(folders.run, 60_000, () => stopServer(folders.cluster));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function stop({ cluster }: Folders, signal: NodeJS.Signals): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  process.kill(Number.parseInt(readFileSync(file, 'utf8'), 10), signal);
  while (existsSync(file)) await pause(5);
}

/** Of a gateway, in the middle of something where one is. The server ends all other connections, and recovers. */
async function killBackend(client: Client): Promise<void> {
  client.on('error', () => undefined);
  const gone = new Promise((resolve) => client.once('end', resolve));
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name = 'maestro' order by state = 'active' desc, query_start desc limit 1`,
  );
  const [{ pid } = { pid: 0 }] = rows;
  if (pid === 0) throw new Error('there is no backend to be killed');
  process.kill(pid, 'SIGKILL');
  await gone;
}
