// Two processes behind one port: what a request costs then, and how the connections are shared out.
import { startMaestro } from './gateway/maestro.mjs';
import { loadOn, onStage } from './gateway/stage.mjs';
import { median, table } from './measure.mjs';

const scenario = 'json';
const key = 'sk-bench-d100';
const requests = 2_000;

export async function benchWorkers({ rounds }) {
  const results = await onStage(async ({ upstream, load }) => {
    const kinds = { 'one process': 1, 'two workers': 2 };
    const running = [];
    try {
      for (const [kind, workers] of Object.entries(kinds)) {
        const served = {};
        const onLine = (text) => {
          for (const [, worker] of text.matchAll(/"worker":(\d+)[^\n]*"msg":"request"/g)) served[worker] = (served[worker] ?? 0) + 1;
        };
        const server = await startMaestro({ upstream, key, env: { MAESTRO_WORKERS: String(workers) }, onLine });
        running.push({ kind, server, served, cpu: [], perSecond: [] });
      }
      for (let round = -2; round < rounds; round += 1) {
        for (const { server, cpu, perSecond } of running) {
          const { seconds, cpuMicros } = await loadOn(load, server, scenario, { requests, concurrency: 16 });
          if (round < 0) continue;
          cpu.push(cpuMicros / requests);
          perSecond.push(requests / seconds);
        }
      }
    } finally {
      for (const { server } of running) await server.stop();
    }
    return Object.fromEntries(running.map(({ kind, cpu, perSecond, served }) => [kind, { cpu, perSecond, served }]));
  });
  const alone = median(results['one process'].cpu);
  table(
    'Workers: a JSON request',
    Object.entries(results).map(([kind, { cpu, perSecond, served }]) => ({
      kind,
      'µs CPU': median(cpu).toFixed(0),
      '÷ one process': (median(cpu) / alone).toFixed(2),
      'requests/s': median(perSecond).toFixed(0),
      'served by each': Object.values(served).join(' : ') || '–',
    })),
  );
  return results;
}
