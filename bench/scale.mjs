// What the services beside a gateway carry: look-ups by PostgreSQL over the gateway's ten connections, deltas over NATS.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MaestroClient } from '../dist/index.js';
import { createDataSource } from '../dist/persistence/create-data-source.js';
import { TypeOrmSessionStore } from '../dist/persistence/typeorm-session-store.js';
import { startMaestro } from './gateway/maestro.mjs';
import { cpuOf, stopped } from './gateway/processes.mjs';
import { onStage } from './gateway/stage.mjs';
import { fillSessions } from './lookup.mjs';
import { table } from './measure.mjs';

const rowsOfTable = 100_000;
const connections = 10;
const answers = 200;
const deltas = 100;
const atOnce = 16;

export async function benchScale({ rounds }) {
  const results = { lookups: await lookups(rounds * 2_000), nats: await overNats() };
  const { lookups: found, nats } = results;
  table('What carries it', [
    {
      what: `PostgreSQL: look-ups of a session among ${rowsOfTable.toLocaleString('en')}, ${String(connections)} connections`,
      figure: `${found.perSecond.toFixed(0)} a second`,
    },
    ...(nats.missing === undefined
      ? [
          { what: 'NATS: deltas through one gateway and one server', figure: `${nats.perSecond.toFixed(0)} a second` },
          { what: 'NATS: processor of the gateway a delta', figure: `${nats.gatewayMicros.toFixed(1)} µs` },
          { what: 'NATS: processor of the NATS server a delta', figure: `${nats.serverMicros.toFixed(1)} µs` },
        ]
      : [{ what: 'NATS', figure: `not measured: ${nats.missing}` }]),
  ]);
  return results;
}

async function lookups(times) {
  const dataDir = mkdtempSync(join(tmpdir(), 'maestro-bench-'));
  chmodSync(dataDir, 0o755);
  const dataSource = await createDataSource({ dataDir });
  try {
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.query(fillSessions, [1, rowsOfTable]);
    await dataSource.query('vacuum analyze saved_authentications');
    const store = new TypeOrmSessionStore(dataSource);
    const begin = performance.now();
    const one = async () => {
      for (let time = 0; time < times / connections; time += 1) {
        await store.findByName('bench', `session_${String(1 + Math.floor(Math.random() * rowsOfTable))}`, 'api_key');
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
    return { perSecond: times / ((performance.now() - begin) / 1_000) };
  } finally {
    await dataSource.destroy();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function overNats() {
  if (spawnSync('nats-server', ['--version'], { stdio: 'ignore' }).status !== 0) return { missing: 'there is no nats-server here' };
  const port = await freePort();
  const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const url = `nats://127.0.0.1:${String(port)}`;
  try {
    await once(server.stderr, 'data');
    return await onStage(async ({ upstream }) => {
      const gateway = await startMaestro({ upstream, key: `sk-bench-d${String(deltas)}`, env: { MAESTRO_RPC_URLS: url } });
      const client = new MaestroClient({ url, key: gateway.callerKey });
      try {
        await asked(client, atOnce);
        const before = [gateway.pid, server.pid].map(cpuOf);
        const begin = performance.now();
        await asked(client, answers);
        const seconds = (performance.now() - begin) / 1_000;
        const [ofGateway, ofServer] = [gateway.pid, server.pid].map((pid, index) => (cpuOf(pid) - before[index]) / 1_000);
        const all = answers * deltas;
        return { perSecond: all / seconds, gatewayMicros: ofGateway / all, serverMicros: ofServer / all };
      } finally {
        await client.close();
        await gateway.stop();
      }
    });
  } finally {
    await stopped(server);
  }
}

async function asked(client, count) {
  let left = count;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      let texts = 0;
      const ask = { provider: 'anthropic', session: 'work', model: 'bench-model', messages: [{ role: 'user', content: 'Hello' }] };
      for await (const event of client.streamChat(ask)) if (event.type === 'text-delta') texts += 1;
      if (texts !== deltas) throw new Error(`${String(texts)} deltas of ${String(deltas)} came over NATS`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
