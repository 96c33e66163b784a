// What a request costs a gateway: processor time of its process tree, beside the floors and the peers, in interleaved rounds of
// one run. Requests per second share the cores with load and mock, so the time is the figure to trust.
import { loadOn, onStage, withTargets } from './gateway/stage.mjs';
import { scenarios, targets } from './gateway/targets.mjs';
import { floorOf, median, spread, table } from './measure.mjs';

const key = 'sk-bench-d100';
const concurrency = 16;
const requestsOf = { json: 2_000, stream: 500, 'from-anthropic': 500, 'from-gemini': 500 };
const slow = new Set(['Portkey', '@musistudio/llms']);

export async function benchGateway({ rounds }) {
  return onStage(async ({ upstream, load }) => {
    const results = {};
    for (const scenario of Object.keys(scenarios)) {
      results[scenario] = await measured(scenario, { upstream, load, rounds });
      show(scenario, results[scenario]);
    }
    return results;
  });
}

async function measured(scenario, { upstream, load, rounds }) {
  const { played, missing } = await withTargets(targets, { upstream, scenario, key }, async (running) => {
    const rows = Object.fromEntries(running.map(({ name }) => [name, { cpu: [], perSecond: [] }]));
    // The first rounds warm up and are not counted.
    for (let round = -2; round < rounds; round += 1) {
      for (const { name, server } of running) {
        const requests = Math.ceil(requestsOf[scenario] / (slow.has(name) ? 4 : 1));
        const { seconds, cpuMicros } = await loadOn(load, server, scenario, { requests, concurrency });
        if (round < 0) continue;
        if (cpuMicros !== undefined) rows[name].cpu.push(cpuMicros / requests);
        rows[name].perSecond.push(requests / seconds);
      }
    }
    return rows;
  });
  return { ...played, ...Object.fromEntries(Object.entries(missing).map(([name, reason]) => [name, { missing: reason }])) };
}

function show(scenario, rows) {
  const floor = floorOf(rows)?.cpu;
  table(
    `${scenarios[scenario].title}: gateway CPU a request`,
    Object.entries(rows).map(([target, { missing, cpu = [], perSecond = [] }]) => ({
      target,
      µs: cpu.length === 0 ? '–' : median(cpu).toFixed(0),
      'spread %': cpu.length === 0 ? '–' : spread(cpu).toFixed(0),
      '× floor': cpu.length === 0 || floor === undefined ? '–' : (median(cpu) / median(floor)).toFixed(2),
      'requests/s': perSecond.length === 0 ? '–' : median(perSecond).toFixed(0),
      note: missing === undefined ? '' : `not served: ${missing.split('\n')[0].slice(0, 90)}`,
    })),
  );
}
