import { setTimeout as delay } from 'node:timers/promises';

import type { Client } from 'pg';

import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Binaries } from './binaries.js';
import { findBinaries } from './binaries.js';
import { LockTimeout, underLock } from './folder-lock.js';
import type { Folders } from './folders.js';
import { majorOf, prepareFolders } from './folders.js';
import type { ServerOptions } from './server.js';
import { makeCluster, role, runningServer, stopServer } from './server.js';

export interface LocalPostgresSettings {
  readonly dataDir: string;
  /** MAESTRO_POSTGRES_BIN. */
  readonly binariesFolder?: string;
  /** Further settings of the server, by PostgreSQL's names; only who starts it gives them. */
  readonly serverOptions?: ServerOptions;
  /** For how long to wait for another process that starts or stops it; two minutes where nothing is said. */
  readonly lockTimeoutMs?: number;
}

/** A share in the private PostgreSQL of a data directory. */
export interface LocalPostgres {
  /** The folder of its socket, as `host` of a connection. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly major: number;
  /** Gives the share back. Who holds the last one stops the server. */
  leave(): Promise<void>;
}

const database = 'maestro';

/** Held shared by every member for as long as its connection lives: the kernel gives it back, however the member dies. */
const memberLock = "hashtextextended('maestro/members', 0)";

/**
 * The private PostgreSQL of a data directory: made at the first call, started if it is not running, shared by all processes
 * that ask. It belongs to the directory; a member that dies leaves it running, and one that lives brings it back when it died.
 *
 * @throws MaestroError `database.no-binaries`, `database.wrong-version`, `database.folder-unusable`, `database.not-started`
 */
export async function ensureLocalPostgres(settings: LocalPostgresSettings): Promise<LocalPostgres> {
  const folders = await prepareFolders(settings.dataDir);
  const binaries = await findBinaries({
    ...(settings.binariesFolder !== undefined && { folder: settings.binariesFolder }),
    ...(folders.user !== undefined && { user: folders.user }),
    ...majorWanted(await majorOf(folders.cluster)),
  });
  const { serverOptions = {}, lockTimeoutMs = 120_000 } = settings;
  const membership = new Membership(folders, binaries, serverOptions, lockTimeoutMs);
  const { host, port } = await membership.join();
  return { host, port, user: role, database, major: binaries.major, leave: () => membership.leave() };
}

function majorWanted(major: number | undefined): { readonly major?: number } {
  return major === undefined ? {} : { major };
}

class Membership {
  #client: Client | undefined;
  #hasLeft = false;

  constructor(
    private readonly folders: Folders,
    private readonly binaries: Binaries,
    private readonly options: ServerOptions,
    private readonly lockTimeoutMs: number,
  ) {}

  async join(): Promise<Client> {
    return this.locked(() => this.enter());
  }

  async leave(): Promise<void> {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    await this.locked(async () => {
      const isLast = await this.giveBack();
      if (isLast) await stopServer(this.folders.cluster);
    });
  }

  private async enter(): Promise<Client> {
    if ((await majorOf(this.folders.cluster)) === undefined) await makeCluster(this.folders, this.binaries, this.options);
    const client = await runningServer(this.folders, this.binaries, this.options);
    await client.query(`select pg_advisory_lock_shared(${memberLock})`);
    await makeDatabase(client);
    this.#client = client;
    client.once('end', () => {
      void this.rejoin();
    });
    letGo(client);
    return client;
  }

  /** Whether no other member is left. A server that is away has none. */
  private async giveBack(): Promise<boolean> {
    const client = this.#client;
    try {
      await client?.query(`select pg_advisory_unlock_shared(${memberLock})`);
      const answer = await client?.query<{ isLast: boolean }>(`select pg_try_advisory_lock(${memberLock}) as "isLast"`);
      return answer?.rows[0]?.isLast ?? false;
    } catch {
      return false;
    } finally {
      await client?.end().catch(() => undefined);
    }
  }

  /** The server died under us: the next one to get the lock starts it again. */
  private async rejoin(): Promise<void> {
    for (let pause = 50; !this.#hasLeft; pause = Math.min(2 * pause, 5000)) {
      try {
        await this.locked(async () => (this.#hasLeft ? undefined : this.enter()));
        return;
      } catch {
        await delay(pause, undefined, { ref: false });
      }
    }
  }

  private async locked<T>(work: () => Promise<T>): Promise<T> {
    return underLock(this.folders.run, this.lockTimeoutMs, work).catch((error: unknown) => {
      if (!(error instanceof LockTimeout)) throw error;
      const reason = `another Maestro process is starting or stopping it and does not come to an end: ${error.holder}`;
      throw new MaestroError('database.not-started', { reason, log: this.folders.log }, { cause: error });
    });
  }
}

async function makeDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
  if (rowCount === 0) await client.query(`create database ${database}`);
}

/** A program that ends without leaving must be able to end. The published types do not know the method. */
function letGo(client: Client & { unref?: () => void }): void {
  client.unref?.();
}
