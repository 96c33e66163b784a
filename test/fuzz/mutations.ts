/** Numbers from 0 up to, and without, 1; the same for the same seed. */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  4_294_967_296,
  '',
  'x',
  '\uD800',
  '__proto__',
  'constructor',
  [],
  [null],
  [[[]]],
  {},
  { __proto__: null },
  JSON.parse('{"__proto__":{"a":1}}'),
];
const oddTexts: readonly string[] = [
  '\n',
  '\r',
  '\n\n',
  '\r\n',
  'data:',
  'data: [DONE]\n\n',
  'event: error\n',
  ': \n',
  '\uFEFF',
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  'null',
  '\u0000',
  'data: {"error":{}}\n\n',
  '{"error":{"code":503}}\n',
];

/** A stream that its provider never sent: events lost, doubled, moved or of another wire, values of another kind, bytes broken. */
export function mutated(stream: string, others: readonly string[], random: Random): Buffer {
  let events = stream.split('\n\n').map((event) => `${event}\n\n`);
  for (let count = 1 + below(random, 3); count > 0; count -= 1) events = withEvents(events, others, random);
  let bytes: Buffer = Buffer.from(events.join(''));
  for (let count = below(random, 3); count > 0; count -= 1) bytes = withBytes(bytes, random);
  return bytes;
}

function withEvents(events: readonly string[], others: readonly string[], random: Random): string[] {
  const at = below(random, events.length);
  const event = events[at] ?? '';
  switch (below(random, 6)) {
    case 0:
      return events.toSpliced(at, 1);
    case 1:
      return events.toSpliced(below(random, events.length), 0, event);
    case 2:
      return events.slice(0, at + 1);
    case 3:
      return events.toSpliced(at, 0, pick((pick(others, random) ?? '').split('\n\n'), random) ?? '', '\n\n');
    default:
      return events.toSpliced(at, 1, withOddValue(event, random));
  }
}

function withOddValue(event: string, random: Random): string {
  return event.replace(/^data: (.*)$/m, (line, json: string) => {
    try {
      const value: unknown = JSON.parse(json);
      const places = placesIn(value);
      const place = places[below(random, places.length)];
      place?.set(pick(oddValues, random));
      return `data: ${JSON.stringify(value)}`;
    } catch {
      return line;
    }
  });
}

interface Place {
  set(value: unknown): void;
}

function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    { set: (odd: unknown) => void Reflect.set(value, name, odd) },
    { set: () => void Reflect.deleteProperty(value, name) },
    ...placesIn(inner),
  ]);
}

function withBytes(bytes: Buffer, random: Random): Buffer {
  const at = below(random, bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + below(random, 40));
  const [before, within, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (below(random, 4)) {
    case 0:
      return Buffer.concat([before, after]);
    case 1:
      return Buffer.concat([before, within, within, after]);
    case 2:
      return Buffer.concat([before, Buffer.from([below(random, 256)]), bytes.subarray(at + 1)]);
    default:
      return Buffer.concat([before, Buffer.from(pick(oddTexts, random) ?? ''), bytes.subarray(at)]);
  }
}

function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[below(random, items.length)];
}

/** In pieces as a network might bring them. */
export function inPieces(bytes: Buffer, random: Random): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + below(random, random() < 0.3 ? 8 : 400);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
