import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';

import { ProviderId } from '../../src/contracts/provider-id.js';
import { Secret } from '../../src/contracts/secret.js';
import { SessionName } from '../../src/contracts/session-name.js';
import { AesGcmSecretBox } from '../../src/persistence/encryption/aes-gcm-secret-box.js';
import { KeyRing } from '../../src/persistence/encryption/key-ring.js';
import { prepareDatabase } from '../../src/persistence/open-database.js';
import { PersistenceModule } from '../../src/persistence/persistence.module.js';
import { TypeOrmSessionStore } from '../../src/persistence/typeorm-session-store.js';
import { anApiKey } from '../support/a-session.js';
import { builtGateway } from '../support/built-gateway.js';
import type { TestDatabase } from '../support/postgres.js';
import { startMaestro } from '../support/start-maestro.js';
import { wholeProvider } from '../support/whole-provider.js';

/** Milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
}

const keyRing = KeyRing.parse(`k1=${randomBytes(32).toString('base64')}`);

/** The middle and the slow end of what an action takes, after a warm-up. */
async function spreadOf(count: number, act: (index: number) => Promise<unknown>): Promise<Spread> {
  const samples: number[] = [];
  for (let index = -Math.ceil(count / 5); index < count; index += 1) {
    const begin = performance.now();
    await act(index);
    if (index >= 0) samples.push(performance.now() - begin);
  }
  samples.sort((one, other) => one - other);
  const at = (share: number): number => samples[Math.floor((samples.length - 1) * share)] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/** A whole call of the interface on a named session, at a provider that answers at once without a network. */
export async function callCost({ dataSource }: TestDatabase, count: number): Promise<Spread> {
  const running = await startMaestro({
    persistence: PersistenceModule.forRoot({ dataSource, keyRing }),
    providers: [wholeProvider()],
  });
  try {
    await running.sessions.create({ provider: 'whole', authType: 'api_key', name: 'work', credentials: anApiKey() });
    return await spreadOf(count, () => running.maestro.listModels('whole', 'api_key', 'work'));
  } finally {
    await running.close();
  }
}

const fill = `insert into saved_authentications
    (id, provider, auth_type, name, credentials, key_id, secret_version, generation, status, lease_epoch, refresh_failures, created_at, updated_at)
  select gen_random_uuid(), 'whole', 'api_key', 'session_' || n, decode(repeat('ab', 320), 'hex'), 'k1', 1, 1, 'active', 0, 0, now(), now()
    from generate_series(1, $1::int) n`;

/** One session by its name, in the database, of as many as are said; no cache answers. */
export async function lookUpCost({ dataSource }: TestDatabase, rows: number, count: number): Promise<Spread> {
  await prepareDatabase(dataSource, keyRing);
  await dataSource.query(fill, [rows]);
  await dataSource.query('analyze saved_authentications');
  const store = new TypeOrmSessionStore(dataSource, keyRing);
  const provider = ProviderId.parse('whole');
  return spreadOf(count, async () => {
    const name = SessionName.parse(`session_${String(1 + Math.floor(Math.random() * rows))}`);
    const found = await store.findByName(provider, name, 'api_key');
    if (found.length !== 1) throw new Error(`${name} is there once`);
  });
}

/** Opening a secret of two kilobytes. */
export async function openCost(count: number): Promise<Spread> {
  const box = new AesGcmSecretBox(keyRing);
  const context = { table: 'saved_authentications', column: 'credentials', rowId: randomUUID(), secretVersion: 1 };
  const place = { ...context, provider: ProviderId.parse('whole'), authType: 'api_key' } as const;
  const sealed = await box.seal(Secret.of(randomBytes(1_024).toString('hex')), place);
  return spreadOf(count, () => box.open(sealed, place));
}

export interface Discovery {
  readonly milliseconds: number;
  /** Of the processor; more than the time where other threads read and compile, less where the process had to wait. */
  readonly processorMs: number;
  readonly bytes: number;
  readonly providers: number;
}

/** Of the built program, in a process of its own. */
export function discovery(): Discovery {
  builtGateway();
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', 'test/overhead/discovery.mjs'], { encoding: 'utf8' })) as Discovery;
}

export function spreadText({ p50, p99 }: Spread): string {
  return `p50 ${p50.toFixed(3)} ms, p99 ${p99.toFixed(3)} ms`;
}
