import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from '@nats-io/transport-node';

import { environmentNameOf } from '../../src/contracts/manifest.js';
import type { ProviderSimulator, RunningSimulator } from '../../src/contracts/simulator.js';
import { MaestroClient } from '../../src/index.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { loadSimulators } from '../../src/testing/load-simulators.js';
import { startBroker } from './brokers.js';
import type { GatewayProcess } from './gateway-process.js';
import { startGatewayProcess } from './gateway-process.js';
import type { TestDatabase } from './postgres.js';
import { freshDatabase } from './postgres.js';
import { builtInProviders } from './start-gateway.js';

/** A gateway, and the provider that it alone is sent to: whatever arrives there, this gateway sent. */
export interface Twin extends GatewayProcess {
  readonly upstream: RunningSimulator;
}

/** Two gateways as processes, on one database with one key ring, and in one queue group of NATS. */
export interface TwoGateways {
  readonly twins: readonly [Twin, Twin];
  readonly simulator: ProviderSimulator;
  readonly database: TestDatabase;
  readonly keyRing: KeyRing;
  readonly client: MaestroClient;
  /** How often each request was answered so far, as the broker saw it; by the subject that the answer went to. */
  answers(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/** Milliseconds after which the client takes a silent gateway for gone. */
export const patience = 3_000;

/** Milliseconds between two pieces of an answer: one that is killed has answers under way. */
const pace = 5;

export async function startTwoGateways(): Promise<TwoGateways> {
  // Last in, first out: also of a start that fails half-way, no process is left.
  const cleanUps: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  };
  try {
    return { ...(await start(cleanUps)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(cleanUps: (() => Promise<unknown>)[]): Promise<Omit<TwoGateways, 'close'>> {
  const [simulator] = await loadSimulators(builtInProviders);
  if (simulator === undefined) throw new Error('there is no simulator');
  const database = await freshDatabase();
  cleanUps.push(() => database.close());
  const broker = await startBroker('nats');
  cleanUps.push(() => broker.close());
  const keys = `test=${randomBytes(32).toString('base64')}`;
  const adminKey = `mk_test_${randomBytes(24).toString('hex')}`;
  const twin = async (): Promise<Twin> => {
    const folder = mkdtempSync(join(tmpdir(), 'maestro-twin-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const upstream = await simulator.start({ pace });
    cleanUps.push(() => upstream.close());
    const gateway = await startGatewayProcess(folder, {
      ...{ DATABASE_URL: database.url, MAESTRO_ENCRYPTION_KEYS: keys, MAESTRO_ADMIN_KEY: adminKey },
      ...{ MAESTRO_RPC_URLS: broker.url, MAESTRO_ALLOW_PRIVATE_UPSTREAMS: 'true' },
      [environmentNameOf(simulator.provider, 'baseUrl')]: upstream.baseUrl,
    });
    cleanUps.push(() => gateway.kill());
    return { ...gateway, upstream };
  };
  const starting = [twin(), twin()] as const;
  await Promise.allSettled(starting);
  const twins = await Promise.all(starting);
  const listener = await connect({ servers: broker.url.replace('nats://', '') });
  cleanUps.push(() => listener.close());
  const answers = new Map<string, number>();
  listener.subscribe('_INBOX.>', {
    callback: (_failure, message) => {
      const { isDisposed } = message.json<{ readonly isDisposed?: boolean }>();
      if (isDisposed === true) answers.set(message.subject, (answers.get(message.subject) ?? 0) + 1);
    },
  });
  await listener.flush();
  const client = new MaestroClient({ url: broker.url, key: adminKey, timeoutMs: patience, silenceMs: patience });
  cleanUps.push(() => client.close());
  return {
    ...{ twins, simulator, database, client },
    keyRing: KeyRing.parse(keys),
    async answers() {
      await listener.flush();
      return answers;
    },
  };
}
