import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';

import { role, stopServer } from '../../src/persistence/local-postgres/server.js';
import type { GatewayClient } from './gateway-client.js';
import { gatewayClient } from './gateway-client.js';
import type { GatewayProcess } from './gateway-process.js';
import { startGatewayProcess } from './gateway-process.js';
import { until } from './until.js';

export const victims = ['gateway', 'database', 'both'] as const;
export type Victim = (typeof victims)[number];

/** A gateway, as it is built, with the private PostgreSQL of its own folder: to be killed, and started again. */
export interface KilledGateway {
  /** As MAESTRO_ENCRYPTION_KEYS. */
  readonly keys: string;
  /** Names of all sessions that any gateway here said it had made. */
  readonly acknowledged: readonly string[];
  /** The private PostgreSQL, as DATABASE_URL. */
  readonly databaseUrl: string;
  /** Writes until so many sessions are acknowledged, and kills amid the next. Gives the milliseconds until writes are taken again. */
  kill(victim: Victim, after: number): Promise<number>;
  /** A second gateway on the same folder, for as long as `work` takes; both write so many sessions at once. */
  share(writes: number): Promise<void>;
  /** Names of the sessions that are stored. */
  stored(): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

interface Running {
  readonly process: GatewayProcess;
  readonly client: GatewayClient;
}

/** Clients that write at the same time. */
const writers = 4;

export async function startKilledGateway(): Promise<KilledGateway> {
  const folder = mkdtempSync(join(tmpdir(), `maestro-test-${String(process.pid)}-killed-`));
  const keys = `test=${randomBytes(32).toString('base64')}`;
  const adminKey = `mk_test_${randomBytes(24).toString('hex')}`;
  const acknowledged: string[] = [];
  const start = async (): Promise<Running> => {
    const gateway = await startGatewayProcess(folder, { MAESTRO_ENCRYPTION_KEYS: keys, MAESTRO_ADMIN_KEY: adminKey, LOG_LEVEL: 'info' });
    const url = gateway.log.find(({ msg }) => msg === 'listening')?.['url'];
    return { process: gateway, client: gatewayClient(String(url), adminKey) };
  };
  let begun = 0;
  const write = async ({ client }: Running): Promise<boolean> => {
    begun += 1;
    const name = `kept_${String(begun)}`;
    const body = { provider: 'deepseek', authType: 'api_key', name, credentials: { apiKey: `sk-${name.padEnd(32, '0')}` } };
    const { status } = await client.call('POST', '/api/sessions', { body });
    if (status === 201) acknowledged.push(name);
    return status === 201;
  };
  let running = await start();
  const socketFolder = encodeURIComponent(socketFolderOf(folder));
  const databaseUrl = `postgres://${role}@${socketFolder}:5432/maestro`;

  const killAll = async (victim: Victim): Promise<void> => {
    if (victim !== 'gateway') process.kill(postmasterOf(folder), 'SIGKILL');
    if (victim !== 'database') await running.process.kill();
  };
  return {
    keys,
    acknowledged,
    databaseUrl,
    async kill(victim, after) {
      const enough = acknowledged.length + after;
      let isOver = false;
      const writing = Array.from({ length: writers }, async () => {
        while (!isOver) await write(running).catch(() => false);
      });
      await until(() => acknowledged.length >= enough, 30);
      await killAll(victim);
      isOver = true;
      const began = performance.now();
      if (victim !== 'database') running = await start();
      await until(() => write(running), 60);
      const milliseconds = performance.now() - began;
      await Promise.all(writing);
      return milliseconds;
    },
    async share(writes) {
      const second = await start();
      const pair = [running, second];
      const all = await Promise.all(Array.from({ length: writes }, (_, index) => write(pair[index % 2] ?? second)));
      if (all.includes(false)) throw new Error('a write was refused');
      if ((await second.process.stop()) !== 0) throw new Error('the second gateway ended badly');
    },
    async stored() {
      const client = new Client({ connectionString: databaseUrl });
      await client.connect();
      const { rows } = await client.query<{ name: string }>('select name from saved_authentications');
      await client.end();
      return new Set(rows.map(({ name }) => name));
    },
    async close() {
      await running.process.stop();
      await stopServer(join(folder, 'postgres', 'data'));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function postmasterOf(folder: string): number {
  return Number.parseInt(readFileSync(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8'), 10);
}

/** Line five of postmaster.pid. */
function socketFolderOf(folder: string): string {
  return readFileSync(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[4] ?? '';
}
