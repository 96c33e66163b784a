import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { loadEnvironment } from '../../src/config/environment.js';
import { environmentNameOf } from '../../src/contracts/manifest.js';
import type { ProviderSimulator, RunningSimulator } from '../../src/contracts/simulator.js';
import { PinoLogger } from '../../src/observability/pino-logger.js';
import { secretFilter } from '../../src/observability/secret-filter.js';
import type { Gateway } from '../../src/start-gateway.js';
import { startGateway } from '../../src/start-gateway.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import { canary, keepOutput } from './canary.js';
import type { GatewayClient } from './gateway-client.js';
import { gatewayClient } from './gateway-client.js';
import type { TestDatabase } from './postgres.js';
import { freshDatabase } from './postgres.js';

export const builtInProviders = resolve('src/providers');

/** Those that each have a wire of their own; the others speak one of these, and have tests of their own. */
export const wireMakers = ['anthropic', 'gemini', 'openai'];

/** A gateway that listens, with a database of its own and a simulator for each provider. */
export interface TestGateway extends GatewayClient {
  readonly gateway: Gateway;
  readonly adminKey: string;
  readonly database: TestDatabase;
  readonly simulators: ReadonlyMap<string, ProviderSimulator & RunningSimulator>;
  /** What was logged so far, as JSON lines. */
  log(): string;
  close(): Promise<void>;
}

export async function startTestGateway(environment: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const database = await freshDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'maestro-gateway-'));
  const simulators = await startSimulators();
  const adminKey = `mk_test_${canary()}${randomBytes(16).toString('hex')}`;
  const addresses = [...simulators].map(([provider, { baseUrl }]) => [environmentNameOf(provider, 'baseUrl'), baseUrl] as const);
  const lines: string[] = [];
  const filter = secretFilter();
  const cleanUp = async (): Promise<void> => {
    await Promise.all([...simulators.values()].map((simulator) => simulator.close()));
    await database.close();
    rmSync(dataDir, { recursive: true });
  };
  const starting = startGateway({
    environment: loadEnvironment({
      PORT: '0',
      DATABASE_URL: database.url,
      MAESTRO_DATA_DIR: dataDir,
      MAESTRO_ADMIN_KEY: adminKey,
      MAESTRO_ENCRYPTION_KEYS: `test=${randomBytes(32).toString('base64')}`,
      MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'true',
      // Most tests of keys bring more wrong ones than an operator would bear.
      MAESTRO_WRONG_KEYS_PER_MINUTE: '1000000',
      ...Object.fromEntries<string>(addresses),
      ...environment,
    }),
    providersFolders: [builtInProviders],
    logger: new PinoLogger({ level: 'trace', format: 'json', filter, destination: { write: (line) => lines.push(line) } }),
    filter,
  });
  const gateway = await starting.catch(async (error: unknown) => {
    await cleanUp();
    throw error;
  });
  return {
    ...gatewayClient(gateway.url, adminKey),
    gateway,
    adminKey,
    database,
    simulators,
    log: () => lines.join(''),
    async close() {
      await keepRows(database);
      await gateway.stop();
      keepOutput('log', lines.join(''));
      await cleanUp();
    },
  };
}

/** What is for people's eyes in the database. */
async function keepRows({ dataSource }: TestDatabase): Promise<void> {
  const tables = ['audit_events', 'usage_hours', 'refresh_attempts', 'finished_logins'];
  for (const table of tables) {
    // A test may have taken the database away.
    const rows = await dataSource.query<{ row: string }[]>(`select t::text as row from ${table} t`).catch(() => []);
    keepOutput('rows', rows.map(({ row }) => row).join('\n'));
  }
}

async function startSimulators(): Promise<ReadonlyMap<string, ProviderSimulator & RunningSimulator>> {
  const simulators = await loadSimulators(builtInProviders);
  const running = simulators.map(async (simulator) => {
    const apiKey = `${simulator.apiKey}${canary()}`;
    const started = await simulator.start({ apiKey });
    return [
      simulator.provider,
      { ...simulator, apiKey, baseUrl: started.baseUrl, requests: started.requests, close: () => started.close() },
    ] as const;
  });
  return new Map(await Promise.all(running));
}
