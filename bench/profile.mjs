// Where a gateway's processor time goes: V8's own profile of it, each sample given to the part of Maestro, the package or the part of
// Node that was at work. It says of a goal that was missed what stands in its way.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startMaestro } from './gateway/maestro.mjs';
import { loadOn, onStage } from './gateway/stage.mjs';
import { table } from './measure.mjs';

const key = 'sk-bench-d100';
const requestsOf = { json: 6_000, stream: 1_500, 'from-anthropic': 1_500 };

/** The first that fits has the sample. */
const parts = [
  ['garbage collection', ({ name }) => name === '(garbage collector)'],
  [
    'request log',
    ({ url }) => /observability\/(pino|gathered|log-|secret-filter)|node_modules\/(pino|sonic-boom|@nestjs\/common\/services)/.test(url),
  ],
  ['metrics and traces', ({ url }) => /dist\/observability\/|node_modules\/(prom-client|@opentelemetry)/.test(url)],
  ['usage', ({ url }) => /dist\/core\/usage\//.test(url)],
  ['caller: key and grants', ({ url }) => /dist\/core\/access\/|internal\/crypto/.test(url)],
  ['session: look-up and credential', ({ url }) => /dist\/core\/(sessions|refresh|changes)\//.test(url)],
  [
    'dialects: decoding and writing',
    ({ url }) => /dist\/dialects\/|kit\/(sse|decode|wire-reader|wire-tap|milestone|stream-writer)/.test(url),
  ],
  ['passing on: headers, bodies, flows', ({ url }) => /dist\/(kit|core\/chat|providers|contracts)\//.test(url)],
  ['doors', ({ url }) => /dist\/transports\//.test(url)],
  ['aborts (AbortController, events)', ({ url }) => /abort_controller|event_target/.test(url)],
  ['undici', ({ url, name }) => /node_modules\/undici|wasm/.test(url) || name.startsWith('wasm')],
  ['Fastify and Nest', ({ url }) => /node_modules\/(fastify|find-my-way|@fastify|@nestjs|middie|reusify|process-warning)/.test(url)],
  [
    'sockets: reading and writing',
    ({ name, url }) =>
      /^(writev|writeBuffer|writeUtf8String|writeLatin1String|writeString|shutdown|readStart)$/.test(name) ||
      /stream_base_commons|node:net/.test(url),
  ],
  ['Node: HTTP, streams, timers, promises', ({ url, name }) => url.startsWith('node:') || name === 'runMicrotasks' || url === ''],
];

export async function benchProfile() {
  const results = {};
  for (const scenario of Object.keys(requestsOf)) results[scenario] = await profiled(scenario);
  const shares = Object.values(results);
  table(
    'Where Maestro’s time goes, % of its processor time',
    [...parts.map(([part]) => part), 'other']
      .map((part) => ({
        part,
        ...Object.fromEntries(Object.entries(results).map(([scenario, share]) => [scenario, (share[part] ?? 0).toFixed(1)])),
      }))
      .filter((row) => shares.some((share) => (share[row.part] ?? 0) >= 0.05)),
  );
  return results;
}

async function profiled(scenario) {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'));
  try {
    await onStage(async ({ upstream, load }) => {
      const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=250'];
      const server = await startMaestro({ upstream, key, nodeOptions });
      await loadOn(load, server, scenario, { requests: requestsOf[scenario], concurrency: 16 });
      await server.stop();
    });
    const [largest] = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .sort((one, other) => other.length - one.length);
    return sharesIn(JSON.parse(largest));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Per cent by part, of the later half: before it, the code is compiled and the connections are made. */
function sharesIn({ nodes, samples, timeDeltas }) {
  const partOf = new Map(
    nodes.map(({ id, callFrame: { functionName: name, url } }) => [id, parts.find(([, fits]) => fits({ name, url }))?.[0] ?? 'other']),
  );
  const idle = new Set(
    nodes.filter(({ callFrame: { functionName: name } }) => name === '(idle)' || name === '(program)').map(({ id }) => id),
  );
  const all = timeDeltas.reduce((sum, each) => sum + each, 0);
  const sums = {};
  let passed = 0;
  let counted = 0;
  samples.forEach((id, at) => {
    passed += timeDeltas[at];
    if (passed < all / 2 || idle.has(id)) return;
    counted += timeDeltas[at];
    sums[partOf.get(id)] = (sums[partOf.get(id)] ?? 0) + timeDeltas[at];
  });
  return Object.fromEntries(Object.entries(sums).map(([part, sum]) => [part, (sum / counted) * 100]));
}
