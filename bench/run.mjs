// npm run bench [-- NAME …] [-- --rounds N] [-- --json FILE] [-- --page]: every benchmark against its floor in the same run, one table
// of goals at the end. Nothing is asserted here. `--page` writes bench/results.json and docs/performance.md from it.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';

import { benchDecode } from './decode.mjs';
import { benchFirstByte } from './first-byte.mjs';
import { benchGateway } from './gateway.mjs';
import { goalsOf } from './goals.mjs';
import { benchGrowth } from './growth.mjs';
import { benchInProcess } from './in-process.mjs';
import { benchLookup } from './lookup.mjs';
import { table, toldTables } from './measure.mjs';
import { benchPaced } from './paced.mjs';
import { pageOf } from './page.mjs';
import { benchProfile } from './profile.mjs';
import { benchRefreshAhead } from './refresh-ahead.mjs';
import { benchScale } from './scale.mjs';
import { benchStartUp } from './start-up.mjs';
import { benchStory } from './story.mjs';
import { benchWorkers } from './workers.mjs';

const benches = {
  gateway: benchGateway,
  'first-byte': benchFirstByte,
  paced: benchPaced,
  'in-process': benchInProcess,
  decode: benchDecode,
  lookup: benchLookup,
  story: benchStory,
  'start-up': benchStartUp,
  workers: benchWorkers,
  growth: benchGrowth,
  profile: benchProfile,
  scale: benchScale,
  'refresh-ahead': benchRefreshAhead,
};

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  options: { json: { type: 'string' }, rounds: { type: 'string', default: '9' }, page: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const chosen = positionals.length === 0 ? Object.keys(benches) : positionals;
const unknown = chosen.filter((name) => !(name in benches));
const rounds = Number(values.rounds);
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  const what = unknown.length > 0 ? `there is no benchmark ${unknown.join(', ')}` : '--rounds takes a whole number from 1';
  console.error(`${what}; there is ${Object.keys(benches).join(', ')}`);
  process.exit(64);
}

// For the memory that sessions take.
v8.setFlagsFromString('--expose-gc');
globalThis.gc = vm.runInNewContext('gc');

const machine = machineHere();
console.log(`${machine.date.slice(0, 10)}, Node ${machine.node}, ${String(machine.cores)} × ${machine.cpu}, load ${machine.load}`);
const results = {};
for (const name of chosen) {
  process.stderr.write(`${name} …\n`);
  try {
    results[name] = await benches[name]({ rounds });
  } catch (error) {
    // What the others measured is not lost for it.
    console.error(`${name} could not be measured: ${String(error)}`);
    process.exitCode = 1;
  }
}
const goals = goalsOf(results);
if (goals.length > 0) {
  table(
    'Goals',
    goals.map(({ isMet, ...goal }) => ({ ...goal, '': isMet ? 'met' : 'missed' })),
  );
}
const record = { machine, rounds, results };
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(record)}\n`);
if (values.page) {
  writeFileSync(`${root}bench/results.json`, `${JSON.stringify(record)}\n`);
  writeFileSync(`${root}docs/performance.md`, pageOf(machine, goals, toldTables()));
}
process.exit();

function machineHere() {
  const versionOf = (name) => {
    try {
      return JSON.parse(readFileSync(`${root}bench/peers/node_modules/${name}/package.json`, 'utf8')).version;
    } catch {
      return undefined;
    }
  };
  const nginx = () => {
    try {
      return /nginx\/([\d.]+)/.exec(execFileSync('sh', ['-c', 'nginx -v 2>&1'], { encoding: 'utf8' }))?.[1];
    } catch {
      return undefined;
    }
  };
  return {
    date: new Date().toISOString(),
    node: process.version,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    load: os.loadavg()[0]?.toFixed(1) ?? '?',
    commit: process.env.BENCH_COMMIT ?? commitHere(),
    peers: { '@portkey-ai/gateway': versionOf('@portkey-ai/gateway'), '@musistudio/llms': versionOf('@musistudio/llms'), nginx: nginx() },
  };
}

function commitHere() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
