// From the command to a gateway that listens: the very first time, when the database is made and migrated, and again.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { startMaestro } from './gateway/maestro.mjs';
import { median, table } from './measure.mjs';

const upstream = 'http://127.0.0.1:9';

export async function benchStartUp({ rounds }) {
  const samples = { 'the very first time': [], 'with its own database': [] };
  for (let round = 0; round < rounds; round += 1) {
    const first = await startMaestro({ upstream, key: 'sk-bench' });
    samples['the very first time'].push(first.startMs);
    await first.stop({ keeping: true });
    const again = await startMaestro({ upstream, key: 'sk-bench', keptDataDir: first.dataDir });
    samples['with its own database'].push(again.startMs);
    await again.stop();
    rmSync(first.dataDir, { recursive: true, force: true });
  }
  const url = process.env.BENCH_DATABASE_URL;
  if (url !== undefined) {
    samples['with a database that runs'] = [];
    for (let round = 0; round < rounds; round += 1) samples['with a database that runs'].push(await onceAt(url));
  }
  table(
    'Start: milliseconds until it listens',
    Object.entries(samples).map(([how, milliseconds]) => ({
      how,
      median: median(milliseconds).toFixed(0),
      slowest: Math.max(...milliseconds).toFixed(0),
    })),
  );
  return samples;
}

/** The encryption keys lie in the data folder, so a database of others' is opened with keys of its own only once. */
async function onceAt(url) {
  const keys = `k1=${randomBytes(32).toString('base64')}`;
  const env = { DATABASE_URL: url, MAESTRO_ENCRYPTION_KEYS: keys };
  const folder = mkdtempSync(`${tmpdir()}/maestro-bench-`);
  const gateway = await startMaestro({ upstream, key: 'sk-bench', env, keptDataDir: folder });
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
  return gateway.startMs;
}
