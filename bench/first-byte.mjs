// How much later the first byte of a stream comes through a gateway: requests in pairs, one to the mock itself and one through the
// gateway, one after the other.
import { loadOn, onStage, withTargets } from './gateway/stage.mjs';
import { targets } from './gateway/targets.mjs';
import { chatRequest } from './gateway/wires.mjs';
import { summary, table } from './measure.mjs';

const key = 'sk-bench-d100';
const scenario = 'stream';

export async function benchFirstByte({ rounds }) {
  const pairs = rounds * 60;
  const rows = await onStage(async ({ upstream, load }) => {
    const { played, missing } = await withTargets(targets, { upstream, scenario, key }, async ([{ server: mock }, ...running]) => {
      const { path, headers, model } = mock.ask();
      const results = {};
      for (const { name, server } of running) {
        const beside = { url: mock.url, path, headers, body: chatRequest(model, true) };
        await loadOn(load, server, scenario, { requests: 60, beside });
        const { firstBytes, besideFirstBytes } = await loadOn(load, server, scenario, { requests: pairs, beside });
        results[name] = { added: firstBytes.map((milliseconds, pair) => milliseconds - besideFirstBytes[pair]) };
      }
      return results;
    });
    return { ...played, ...Object.fromEntries(Object.entries(missing).map(([name, reason]) => [name, { missing: reason }])) };
  });
  table(
    `First byte of a stream, milliseconds later than without a gateway (${String(pairs)} pairs)`,
    Object.entries(rows).map(([target, { added, missing }]) => {
      const { p50, p99 } = added === undefined ? {} : summary(added);
      return {
        target,
        p50: p50?.toFixed(2) ?? '–',
        p99: p99?.toFixed(2) ?? '–',
        note: missing === undefined ? '' : `not served: ${missing.split('\n')[0].slice(0, 90)}`,
      };
    }),
  );
  return rows;
}
