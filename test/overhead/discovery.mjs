// How long the built-in providers take to be found, and what they add to the heap, in a process that has loaded the gateway's own code:
//   node --expose-gc discovery.mjs     prints { "milliseconds": …, "processorMs": …, "bytes": …, "providers": … }
import { setImmediate as turn } from 'node:timers/promises';

import '../../dist/app.module.js';
import { builtInProvidersFolder } from '../../dist/built-in-providers.js';
import { loadProviders } from '../../dist/discovery/provider-loader.js';

async function heap() {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc();
    await turn();
  }
  return process.memoryUsage().heapUsed;
}

const before = await heap();
const usedBefore = process.cpuUsage();
const begin = performance.now();
const { definitions } = await loadProviders({
  folders: [builtInProvidersFolder],
  packages: [],
  packagesFrom: builtInProvidersFolder,
});
const milliseconds = performance.now() - begin;
const { user, system } = process.cpuUsage(usedBefore);
const processorMs = (user + system) / 1_000;
const bytes = (await heap()) - before;
process.stdout.write(JSON.stringify({ milliseconds, processorMs, bytes, providers: definitions.length }));
