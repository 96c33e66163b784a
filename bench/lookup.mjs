// A named session by one prepared query, beside plain node-postgres, as the table grows.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createDataSource } from '../dist/persistence/create-data-source.js';
import { TypeOrmSessionStore } from '../dist/persistence/typeorm-session-store.js';
import { summary, table } from './measure.mjs';

const sizes = [1_000, 100_000, 1_000_000];
const lookupsPerRound = 1_000;
const warmUp = 500;

export const fillSessions = `
  insert into saved_authentications
    (id, provider, auth_type, name, credentials, key_id, secret_version, generation, status, lease_epoch, refresh_failures, created_at, updated_at)
  select gen_random_uuid(), 'bench', 'api_key', 'session_' || n, decode(repeat('ab', 320), 'hex'), 'k1', 1, 1, 'active', 0, 0, now(), now()
    from generate_series($1::int, $2::int) n`;

const plain = {
  name: 'bench-plain',
  text: 'select id, provider, auth_type, name, credentials, key_id from saved_authentications where provider = $1 and auth_type = $2 and name = $3',
};

export async function benchLookup({ rounds: given }) {
  const rounds = Math.max(given, 5);
  const dataDir = mkdtempSync(join(tmpdir(), 'maestro-bench-'));
  chmodSync(dataDir, 0o755);
  const dataSource = await createDataSource({ dataDir });
  try {
    await dataSource.initialize();
    await dataSource.runMigrations();
    const store = new TypeOrmSessionStore(dataSource);
    const pool = dataSource.driver.master;
    const rows = [];
    let present = 0;
    for (const size of sizes) {
      process.stderr.write(`  filling to ${size.toLocaleString('en')} rows …\n`);
      await pool.query(fillSessions, [present + 1, size]);
      await pool.query('vacuum analyze saved_authentications');
      present = size;
      rows.push(await measured(size, store, pool, rounds));
    }
    const shown = rows.map(({ size, store: own, plain: floor }) => ({
      rows: size.toLocaleString('en'),
      'store p50 µs': own.p50.toFixed(0),
      'store p99 µs': own.p99.toFixed(0),
      'plain pg p50 µs': floor.p50.toFixed(0),
      'plain pg p99 µs': floor.p99.toFixed(0),
      'store ÷ plain (p50)': (own.p50 / floor.p50).toFixed(2),
      'against 1,000 rows (p50)': (own.p50 / rows[0].store.p50).toFixed(2),
    }));
    table('A named session by one prepared query', shown);
    return rows;
  } finally {
    await dataSource.destroy();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measured(size, store, pool, rounds) {
  const anyName = () => `session_${String(1 + Math.floor(Math.random() * size))}`;
  const ways = {
    store: (name) => store.findByName('bench', name, 'api_key'),
    plain: (name) => pool.query({ ...plain, values: ['bench', 'api_key', name] }),
  };
  const samples = { store: [], plain: [] };
  for (const look of Object.values(ways)) for (let n = 0; n < warmUp; n += 1) await look(anyName());
  for (let round = 0; round < rounds; round += 1) {
    for (const [way, look] of Object.entries(ways)) {
      for (let n = 0; n < lookupsPerRound; n += 1) {
        const name = anyName();
        const begin = process.hrtime.bigint();
        await look(name);
        samples[way].push(Number(process.hrtime.bigint() - begin) / 1000);
      }
    }
  }
  return { size, store: summary(samples.store), plain: summary(samples.plain) };
}
