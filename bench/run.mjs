// npm run bench [-- NAME …] [-- --json FILE]: the benchmarks, each against its floor in the same run. Nothing is asserted here.
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';

import { benchDecode } from './decode.mjs';
import { benchGateway } from './gateway.mjs';
import { benchLookup } from './lookup.mjs';

const benches = { decode: benchDecode, lookup: benchLookup, gateway: benchGateway };

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const chosen = positionals.length === 0 ? Object.keys(benches) : positionals;
const unknown = chosen.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}; there is ${Object.keys(benches).join(', ')}`);
  process.exit(64);
}

const machine = { node: process.version, cpu: os.cpus()[0]?.model ?? 'unknown', cores: os.cpus().length, date: new Date().toISOString() };
console.log(`Node ${machine.node}, ${String(machine.cores)} × ${machine.cpu}`);
const results = {};
for (const name of chosen) results[name] = await benches[name]();
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);
