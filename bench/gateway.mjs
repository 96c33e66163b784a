// What a request costs a gateway: processor time of its process tree, beside the floors and the peers, in interleaved rounds of
// one run. Requests per second share the cores with load and mock, so the time is the figure to trust.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { chatRequest, chatText, expectedText } from './gateway/wires.mjs';
import { cpuOf, ready, started, stopped } from './gateway/processes.mjs';
import { scenarios, targets } from './gateway/targets.mjs';
import { median, spread, table } from './measure.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const key = 'sk-bench-d100';
const concurrency = 16;
const requestsOf = { json: 1_500, stream: 400, 'from-anthropic': 400, 'from-gemini': 400 };
const slow = new Set(['Portkey', '@musistudio/llms']);

export async function benchGateway({ rounds = 7, only } = {}) {
  const upstream = await started(here('gateway/upstream.mjs'));
  const load = fork(here('gateway/load.mjs'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await ready(load, 10_000);
  const upstreamUrl = `http://127.0.0.1:${String(upstream.message.port)}`;
  const results = {};
  try {
    for (const scenario of Object.keys(scenarios)) {
      if (only !== undefined && !only.includes(scenario)) continue;
      results[scenario] = await measured(scenario, { upstreamUrl, load, rounds });
      show(scenario, results[scenario]);
    }
  } finally {
    load.kill();
    await stopped(upstream.child);
  }
  return results;
}

async function measured(scenario, { upstreamUrl, load, rounds }) {
  const { wire, stream } = scenarios[scenario];
  const running = [];
  const rows = {};
  for (const target of targets.filter(({ serves }) => serves.includes(scenario))) {
    rows[target.name] = { cpu: [], perSecond: [] };
    try {
      const server = await target.start({ upstream: upstreamUrl, key, wire });
      running.push({ target, server });
      await proved(server, scenario, stream);
    } catch (error) {
      rows[target.name] = { missing: String(error instanceof Error ? error.message : error).slice(0, 300) };
    }
  }
  try {
    // The first round warms up and is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      for (const { target, server } of running) {
        const row = rows[target.name];
        if (row.missing !== undefined) continue;
        const requests = Math.ceil(requestsOf[scenario] / (slow.has(target.name) ? 4 : 1));
        const { path, headers, model } = server.ask(scenario);
        const before = server.pid === undefined ? undefined : cpuOf(server.pid);
        const job = { url: server.url, path, headers, body: chatRequest(model, stream), requests, concurrency };
        const { seconds, failures } = await loaded(load, job);
        if (failures > 0) throw new Error(`${target.name}: ${String(failures)} of ${String(requests)} requests failed`);
        if (round === 0) continue;
        if (before !== undefined) row.cpu.push((cpuOf(server.pid) - before) / 1_000 / requests);
        row.perSecond.push(requests / seconds);
      }
    }
  } finally {
    for (const { server } of running) await server.stop();
  }
  return rows;
}

/** A target that answers something else, or less, is not measured. */
async function proved(server, scenario, stream) {
  const { path, headers, model } = server.ask(scenario);
  const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: chatRequest(model, stream) });
  const body = await response.text();
  const text = response.ok ? chatText(body, stream) : undefined;
  if (text !== expectedText(100)) throw new Error(`answers ${String(response.status)} and not what was said: ${body.slice(0, 160)}`);
}

export function loaded(load, job) {
  return new Promise((resolve, reject) => {
    load.once('message', ({ result, error }) => {
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    });
    load.send(job);
  });
}

function show(scenario, rows) {
  const floor = rows['node-fast (floor)']?.cpu ?? rows['normfast (floor)']?.cpu;
  table(
    `${scenarios[scenario].title}: gateway CPU a request`,
    Object.entries(rows).map(([target, { missing, cpu = [], perSecond = [] }]) => ({
      target,
      µs: cpu.length === 0 ? '–' : median(cpu).toFixed(0),
      'spread %': cpu.length === 0 ? '–' : spread(cpu).toFixed(0),
      '× floor': cpu.length === 0 || floor === undefined ? '–' : (median(cpu) / median(floor)).toFixed(2),
      'requests/s': perSecond.length === 0 ? '–' : median(perSecond).toFixed(0),
      ...(missing === undefined ? { note: '' } : { note: `not served: ${missing.split('\n')[0].slice(0, 90)}` }),
    })),
  );
}
