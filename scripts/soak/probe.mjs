// Loaded into the gateway of a soak before its own code: says, when asked, what it holds after a forced garbage collection.
import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

process.on('message', async () => {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc();
    await turn();
  }
  const resources = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const { heapUsed, rss } = process.memoryUsage();
  process.send?.({ heapUsed, rss, files: descriptors(), resources });
});
// It must not keep the gateway from ending.
process.channel?.unref();

function descriptors() {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}
