// The goals, from the figures of one run: what was to be reached, what was, and whether it is.
import { median, summary } from './measure.mjs';

const times = (value) => (value === undefined ? '–' : `${value.toFixed(2)} ×`);
const unit = (name, digits) => (value) => (value === undefined ? '–' : `${value.toFixed(digits)} ${name}`);

/** @returns rows of { goal, wanted, seen, isMet } in the order of the page; what this run did not measure is left out */
export function goalsOf({
  gateway,
  'first-byte': firstByte,
  paced,
  'in-process': inProcess,
  lookup,
  story,
  'start-up': startUp,
  workers,
  growth,
}) {
  const cpu = (scenario, target) => {
    const samples = gateway?.[scenario]?.[target]?.cpu;
    return samples === undefined || samples.length === 0 ? undefined : median(samples);
  };
  const rows = [];
  const row = (goal, limit, value, show, extra = '') => {
    if (value === undefined || Number.isNaN(value)) return;
    rows.push({ goal, wanted: `≤ ${show(limit)}`, seen: `${show(value)}${extra}`, isMet: value <= limit });
  };
  const peers = (scenario) =>
    ['@musistudio/llms', 'Portkey']
      .flatMap((name) =>
        cpu(scenario, name) === undefined ? [] : [`${name} ${times(cpu(scenario, name) / cpu(scenario, floorNames[scenario]))}`],
      )
      .join(', ');
  const beside = (scenario) => (peers(scenario) === '' ? '' : ` (${peers(scenario)})`);

  row('JSON request ÷ bare Nest', 1.3, ratio(cpu('json', 'Maestro'), cpu('json', 'bare Nest')), times, beside('json'));
  row('100-delta stream ÷ node-fast', 1.5, ratio(cpu('stream', 'Maestro'), cpu('stream', 'node-fast (floor)')), times, beside('stream'));
  for (const [scenario, name] of [
    ['from-anthropic', 'Anthropic → OpenAI'],
    ['from-gemini', 'Gemini → OpenAI'],
  ]) {
    row(`${name} stream ÷ normfast`, 1.3, ratio(cpu(scenario, 'Maestro'), cpu(scenario, 'normfast (floor)')), times, beside(scenario));
  }
  const added = firstByte?.Maestro?.added;
  if (added !== undefined) {
    row('added first byte, p50', 0.6, summary(added).p50, unit('ms', 2));
    row('added first byte, p99', 5, summary(added).p99, unit('ms', 2));
  }
  for (const [wire, subjects] of Object.entries(inProcess ?? {})) {
    const ours = subjects['Maestro, adapter'];
    if (ours?.aDelta === undefined || subjects.floor?.aDelta === undefined) continue;
    row(`decoding ${wire} in process, a delta ÷ floor`, 2, median(ours.aDelta) / median(subjects.floor.aDelta), times);
    row(
      `adapter of ${wire} in process, a request`,
      150,
      median(ours.aRequest),
      unit('µs', 0),
      ` (floor ${median(subjects.floor.aRequest).toFixed(0)} µs)`,
    );
  }
  const bytes = paced?.stream?.[1_000]?.Maestro?.bytesAStream;
  if (bytes !== undefined) row('memory a stream, 1,000 open', 70, bytes[0] / 1e3, unit('KB', 0));
  if (story !== undefined) {
    row('named session from memory', 5, summary(story.cacheHit).p50, unit('µs', 2));
    row('facade, p99', 5, summary(story.facade).p99, unit('ms', 2));
    row('discovery', 100, story.discoveryMs, unit('ms', 0), ` (${String(story.providers)} providers)`);
    if (story.bytesASession !== undefined) row('registry: 1,000 open sessions of 2 KB', 10, story.bytesASession / 1e3, unit('MB', 2));
  }
  if (lookup !== undefined) {
    const [first] = lookup;
    const last = lookup.at(-1);
    row('named session by query ÷ prepared pg', 1.5, Math.max(...lookup.map(({ store, plain }) => store.p50 / plain.p50)), times);
    row('look-up of a million ÷ of a thousand', 1.5, last.store.p50 / first.store.p50, times);
    row('look-up at 100,000 rows, p99', 2, (lookup.find(({ size }) => size === 100_000)?.store.p99 ?? NaN) / 1e3, unit('ms', 2));
  }
  if (startUp !== undefined) {
    row(
      'start with an existing database',
      1.2,
      median(startUp['with a database that runs'] ?? startUp['with its own database']) / 1e3,
      unit('s', 2),
    );
    row('start, the very first time', 3, median(startUp['the very first time']) / 1e3, unit('s', 2));
  }
  if (workers !== undefined) {
    const { 'one process': one, 'two workers': two } = workers;
    const served = Object.values(two.served);
    row('two workers: CPU a request ÷ one process', 1.1, median(two.cpu) / median(one.cpu), times);
    row('two workers: the larger share', 60, (Math.max(...served) / served.reduce((sum, each) => sum + each, 0)) * 100, unit('%', 0));
  }
  if (growth !== undefined) {
    for (const [what, sizes] of Object.entries(growth)) {
      const most = Math.max(...Object.keys(sizes).map(Number));
      row(`growth to ${most.toLocaleString('en')} ${what}`, 1.5, median(sizes[most].growing) / median(sizes[most].still), times);
    }
  }
  const deltas = (streams) => paced?.stream?.[streams]?.Maestro?.cpuADelta;
  if (deltas(1) !== undefined && deltas(1_000) !== undefined) {
    row('growth to 1,000 streams, CPU a delta ÷ 1 stream', 1.5, median(deltas(1_000)) / median(deltas(1)), times);
  }
  return rows;
}

const floorNames = {
  json: 'bare Nest',
  stream: 'node-fast (floor)',
  'from-anthropic': 'normfast (floor)',
  'from-gemini': 'normfast (floor)',
};

function ratio(value, floor) {
  return value === undefined || floor === undefined ? undefined : value / floor;
}
