import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

import { loadEnvironment } from '../../src/config/environment.js';
import { PinoLogger } from '../../src/observability/pino-logger.js';
import { secretFilter } from '../../src/observability/secret-filter.js';
import { startGateway } from '../../src/start-gateway.js';
import type { RunningIssuer } from '../../src/testing/issuer-simulator.js';
import { canary, keepOutput } from './canary.js';
import type { GatewayClient } from './gateway-client.js';
import { gatewayClient } from './gateway-client.js';
import type { TestDatabase } from './postgres.js';
import { freshDatabase } from './postgres.js';

export const loginProviders = resolve('test/extension/fixtures/login');

/** What a provider with a login is told where its issuer is this one. */
export function lindenSettings(issuer: Pick<RunningIssuer, 'authorizeUrl' | 'tokenUrl'>): Readonly<Record<string, string>> {
  return {
    LINDEN_OAUTH_CLIENT_ID: 'maestro-test',
    LINDEN_OAUTH_AUTHORIZE_URL: issuer.authorizeUrl,
    LINDEN_OAUTH_TOKEN_URL: issuer.tokenUrl,
    LINDEN_OAUTH_ACCEPT_TERMS: '2026-03-01',
  };
}

export interface Replica extends GatewayClient {
  readonly url: string;
  stop(): Promise<void>;
}

/** Gateways that share a database, keys and an admin key, as replicas do. */
export interface Replicas {
  readonly database: TestDatabase;
  readonly adminKey: string;
  /** What all of them logged so far. */
  log(): string;
  start(environment?: Readonly<Record<string, string>>): Promise<Replica>;
  /** As a process of its own; `stop` kills it (SIGKILL). */
  startProcess(): Promise<Replica>;
  close(): Promise<void>;
}

const program = join(process.cwd(), 'test/support/login-gateway.mts');

export async function loginReplicas(settings: Readonly<Record<string, string>>): Promise<Replicas> {
  const database = await freshDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'maestro-logins-'));
  const adminKey = `mk_test_${canary()}${randomBytes(16).toString('hex')}`;
  const keys = `test=${randomBytes(32).toString('base64')}`;
  const lines: string[] = [];
  const running = new Set<() => Promise<void>>();
  const environmentOf = (more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
    ...{ PORT: '0', DATABASE_URL: database.url, MAESTRO_DATA_DIR: dataDir },
    ...{ MAESTRO_ADMIN_KEY: adminKey, MAESTRO_ENCRYPTION_KEYS: keys },
    ...settings,
    ...more,
  });
  const replica = (url: string, end: () => Promise<void>): Replica => {
    const stop = async (): Promise<void> => {
      if (running.delete(stop)) await end();
    };
    running.add(stop);
    return { ...gatewayClient(url, adminKey), url, stop };
  };
  return {
    database,
    adminKey,
    log: () => lines.join(''),
    async start(environment = {}) {
      const filter = secretFilter();
      const gateway = await startGateway({
        environment: loadEnvironment(environmentOf(environment)),
        providersFolders: [loginProviders],
        logger: new PinoLogger({ level: 'trace', format: 'json', filter, destination: { write: (line) => lines.push(line) } }),
        filter,
      });
      return replica(gateway.url, () => gateway.stop());
    },
    async startProcess() {
      const env = { PATH: process.env['PATH'] ?? '', ...environmentOf({}) };
      const child = spawn(process.execPath, ['--import', 'tsx', program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const errors: string[] = [];
      child.stderr.on('data', (piece: Buffer) => errors.push(piece.toString()));
      const [url] = await Promise.race([
        once(createInterface({ input: child.stdout }), 'line').then(([line]) => [String(line)] as const),
        once(child, 'exit').then(() => {
          throw new Error(errors.join(''));
        }),
      ]);
      return replica(url, async () => {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      });
    },
    async close() {
      await Promise.all([...running].map((stop) => stop()));
      keepOutput('log', lines.join(''));
      await database.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}
