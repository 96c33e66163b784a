import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import { gatewayClient } from '../support/gateway-client.js';
import { startGatewayProcess } from '../support/gateway-process.js';
import { freshDatabase } from '../support/postgres.js';
import { builtInProviders, startTestGateway } from '../support/start-gateway.js';

/** A gateway with a session for each wire, and what it said when something broke in it. */
export interface FuzzTarget {
  readonly url: string;
  readonly rpcPort: number;
  readonly adminKey: string;
  /** What it logged at level error or above so far. */
  errors(): readonly string[];
  /** With its exit code: 0 where nothing broke it. */
  stop(): Promise<number | null>;
}

/** In this process, where Jest fails a test for what nobody caught. */
export async function startFuzzTarget(): Promise<FuzzTarget> {
  const gateway = await startTestGateway({ MAESTRO_RPC_URLS: 'tcp://127.0.0.1:0' });
  for (const [provider, { apiKey }] of gateway.simulators)
    await gateway.call('POST', '/api/sessions', { body: aSession(provider, apiKey) });
  return {
    ...{ url: gateway.gateway.url, rpcPort: Number(new URL(gateway.gateway.rpcAddresses[0] ?? '').port), adminKey: gateway.adminKey },
    errors: () =>
      gateway
        .log()
        .split('\n')
        .filter((line) => /^\{"level":"(?:error|fatal)"/.test(line)),
    async stop() {
      await gateway.close();
      return 0;
    },
  };
}

/** The built gateway as a process of its own: a promise that nobody waits for ends it, as everywhere. */
export async function startBuiltFuzzTarget(): Promise<FuzzTarget> {
  const cleanUps: (() => Promise<unknown>)[] = [];
  const cleanUp = async (): Promise<void> => {
    for (const each of cleanUps.splice(0).reverse()) await each();
  };
  try {
    const database = await freshDatabase();
    cleanUps.push(() => database.close());
    const folder = mkdtempSync(join(tmpdir(), 'maestro-fuzz-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const adminKey = `mk_test_${randomBytes(24).toString('hex')}`;
    const addresses: Record<string, string> = {};
    const sessions: object[] = [];
    for (const simulator of await loadSimulators(builtInProviders)) {
      const running = await simulator.start({ apiKey: simulator.apiKey });
      cleanUps.push(() => running.close());
      addresses[environmentNameOf(simulator.provider, 'baseUrl')] = running.baseUrl;
      sessions.push(aSession(simulator.provider, simulator.apiKey));
    }
    const gateway = await startGatewayProcess(folder, {
      ...{ DATABASE_URL: database.url, MAESTRO_ADMIN_KEY: adminKey, LOG_LEVEL: 'info' },
      ...{ MAESTRO_ENCRYPTION_KEYS: `test=${randomBytes(32).toString('base64')}`, MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'true' },
      ...{ MAESTRO_RPC_URLS: 'tcp://127.0.0.1:0', MAESTRO_WRONG_KEYS_PER_MINUTE: '1000000', ...addresses },
    });
    cleanUps.push(() => gateway.kill());
    const listening = gateway.log.find(({ msg }) => msg === 'listening');
    const [rpc = ''] = listening?.['rpcAddresses'] as readonly string[];
    const url = String(listening?.['url']);
    const client = gatewayClient(url, adminKey);
    for (const body of sessions) await client.call('POST', '/api/sessions', { body });
    return {
      ...{ url, rpcPort: Number(new URL(rpc).port), adminKey },
      errors: () => gateway.log.filter(({ level }) => level === 'error' || level === 'fatal').map((entry) => JSON.stringify(entry)),
      async stop() {
        const exitCode = await gateway.stop();
        await cleanUp();
        return exitCode;
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

function aSession(provider: string, apiKey: string): object {
  return { provider, authType: 'api_key', name: 'work', credentials: { apiKey } };
}
