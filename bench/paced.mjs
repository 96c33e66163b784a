// Streams as models write them, a delta now and then: processor time a delta, and memory a stream, as streams grow.
import { memoryOf } from './gateway/processes.mjs';
import { loadOn, onStage, withTargets } from './gateway/stage.mjs';
import { targets } from './gateway/targets.mjs';
import { median, table } from './measure.mjs';

/** `d` deltas, one every `p` milliseconds: about as many deltas a second for a hundred streams as for a thousand. */
const sizes = [
  { streams: 1, deltas: 100, pace: 20 },
  { streams: 100, deltas: 100, pace: 20 },
  { streams: 1_000, deltas: 30, pace: 200 },
];
const scenario = 'stream';
const shown = new Set(['nginx', 'node-fast (floor)', 'bare Nest', 'normfast (floor)', 'Maestro', '@musistudio/llms', 'Portkey']);

export async function benchPaced({ rounds }) {
  const times = Math.max(1, Math.round(rounds / 3));
  const results = {};
  await onStage(async ({ upstream, load }) => {
    results[scenario] = {};
    for (const { streams, deltas, pace } of sizes) {
      const key = `sk-bench-d${String(deltas)}p${String(pace)}`;
      const some = targets.filter(({ name }) => shown.has(name));
      const { played, missing } = await withTargets(some, { upstream, scenario, key, deltas }, (running) =>
        measured(running, { load, streams, deltas, times }),
      );
      results[scenario][streams] = {
        ...played,
        ...Object.fromEntries(Object.entries(missing).map(([name, reason]) => [name, { missing: reason }])),
      };
      process.stderr.write(`  ${String(streams)} streams done\n`);
    }
    show(results[scenario]);
  });
  return results;
}

async function measured(running, { load, streams, deltas, times }) {
  const rows = {};
  for (const { name, server } of running.filter(({ server: { pid } }) => pid !== undefined)) {
    // Warm, and with its connections and buffers made.
    await loadOn(load, server, scenario, { requests: streams, concurrency: streams });
    const row = { cpuADelta: [], bytesAStream: [] };
    for (let time = 0; time < times; time += 1) {
      await settled();
      const idle = memoryOf(server.pid);
      let most = idle;
      const watch = setInterval(() => {
        most = Math.max(most, memoryOf(server.pid));
      }, 250);
      const { cpuMicros } = await loadOn(load, server, scenario, { requests: streams, concurrency: streams });
      clearInterval(watch);
      row.cpuADelta.push(cpuMicros / (streams * deltas));
      row.bytesAStream.push((most - idle) / streams);
      row.resident = most;
    }
    rows[name] = row;
  }
  return rows;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 500));

function show(sizesOf) {
  const names = [...new Set(Object.values(sizesOf).flatMap(Object.keys))];
  const cell = (row, figure) => (row?.cpuADelta === undefined ? '–' : figure(row));
  table(
    'Paced streams: µs of gateway CPU a delta, and memory with 1,000 streams',
    names.map((target) => ({
      target,
      ...Object.fromEntries(
        Object.entries(sizesOf).map(([streams, rows]) => [
          `${streams} streams`,
          cell(rows[target], ({ cpuADelta }) => median(cpuADelta).toFixed(1)),
        ]),
      ),
      'RSS MB': cell(sizesOf[1_000]?.[target], ({ resident }) => (resident / 1e6).toFixed(0)),
      'KB a stream': cell(sizesOf[1_000]?.[target], ({ bytesAStream }) => (bytesAStream[0] / 1e3).toFixed(0)),
    })),
  );
}
