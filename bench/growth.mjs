// What a request costs as the vault and the registry grow. Streams grow in paced.mjs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createDataSource } from '../dist/persistence/create-data-source.js';
import { startMaestro } from './gateway/maestro.mjs';
import { loadOn, onStage } from './gateway/stage.mjs';
import { fillSessions } from './lookup.mjs';
import { median, table } from './measure.mjs';

const key = 'sk-bench-d100';
const job = { requests: 1_500, concurrency: 16 };
const sessionSizes = [1_000, 100_000, 1_000_000];
const moreProviders = 300;

export async function benchGrowth({ rounds }) {
  return onStage(async (stage) => {
    const results = { sessions: await bySessions(stage, rounds), providers: await byProviders(stage, rounds) };
    for (const [what, rows] of Object.entries(results)) show(what, rows);
    return results;
  });
}

/** Two gateways in turn, one of which grows: what the machine does to one it does to the other. */
async function bySessions({ upstream, load }, rounds) {
  const still = await startMaestro({ upstream, key });
  const growing = await startMaestro({ upstream, key });
  const dataSource = await createDataSource({ dataDir: growing.dataDir });
  try {
    await dataSource.initialize();
    const rows = {};
    let present = 0;
    for (const size of sessionSizes) {
      process.stderr.write(`  filling to ${size.toLocaleString('en')} sessions …\n`);
      await dataSource.query(fillSessions, [present + 1, size]);
      await dataSource.query('vacuum analyze saved_authentications');
      present = size;
      rows[size] = await inTurn(load, { still, growing }, rounds);
    }
    return rows;
  } finally {
    await dataSource.destroy();
    await growing.stop();
    await still.stop();
  }
}

async function byProviders({ upstream, load }, rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'));
  const file = join(folder, 'providers.json');
  const vendor = (_, number) => ({
    ...{ id: `vendor-${String(number)}`, displayName: `Vendor ${String(number)}` },
    ...{ baseUrl: `${upstream}/v1`, dialect: 'openai-chat' },
  });
  writeFileSync(file, JSON.stringify(Array.from({ length: moreProviders }, vendor)));
  const still = await startMaestro({ upstream, key });
  const growing = await startMaestro({ upstream, key, env: { MAESTRO_COMPATIBLE_PROVIDERS: file } });
  try {
    return { [moreProviders]: await inTurn(load, { still, growing }, rounds) };
  } finally {
    await growing.stop();
    await still.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inTurn(load, gateways, rounds) {
  const samples = { still: [], growing: [] };
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, server] of Object.entries(gateways)) {
      const { cpuMicros } = await loadOn(load, server, 'json', job);
      if (round >= 0) samples[name].push(cpuMicros / job.requests);
    }
  }
  return samples;
}

function show(what, rows) {
  table(
    `Growth: a JSON request as ${what} grow, beside a gateway that stays as it was`,
    Object.entries(rows).map(([size, { still, growing }]) => ({
      [what]: Number(size).toLocaleString('en'),
      'µs CPU': median(growing).toFixed(0),
      '÷ as it was': (median(growing) / median(still)).toFixed(2),
    })),
  );
}
