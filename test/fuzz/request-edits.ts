/** One place of a value, and what becomes of it. */
export interface Edit {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'add' | 'rename' | 'double';
  readonly text: string;
  readonly value: unknown;
}

/** One place of some bytes, and what becomes of it. */
export interface Damage {
  readonly at: number;
  readonly how: 'cut' | 'insert' | 'flip';
  readonly bytes: Uint8Array;
}

/** The value with some of its places replaced, taken out, renamed, or given more. */
export function edited(body: object, edits: readonly Edit[]): unknown {
  let root: { value: unknown } = { value: structuredClone(body) };
  for (const { at, how, text: name, value } of edits) {
    const places = placesIn(root);
    const place = places[at % places.length];
    if (place === undefined) continue;
    const [holder, key] = place;
    if (how === 'replace' || how === 'double') holder[key] = how === 'double' ? [holder[key], holder[key]] : value;
    else if (how === 'remove') Reflect.deleteProperty(holder, key);
    else if (how === 'rename') [holder[name], holder[key]] = [holder[key], undefined];
    else if (typeof holder[key] === 'object' && holder[key] !== null)
      Object.defineProperty(holder[key], name, { value, enumerable: true, writable: true, configurable: true });
    root = { value: root.value };
  }
  return root.value;
}

function placesIn(holder: object, limit = 200): readonly (readonly [Record<string, unknown>, string])[] {
  const places: (readonly [Record<string, unknown>, string])[] = [];
  const waiting: object[] = [holder];
  for (let next = waiting.pop(); next !== undefined && places.length < limit; next = waiting.pop()) {
    for (const [key, value] of Object.entries(next) as [string, unknown][]) {
      places.push([next as Record<string, unknown>, key]);
      if (typeof value === 'object' && value !== null) waiting.push(value);
    }
  }
  return places;
}

export function damaged(bytes: Buffer, damages: readonly Damage[]): Buffer {
  return damages.reduce<Buffer>((rest, { at, how, bytes: given }) => {
    const place = rest.length === 0 ? 0 : at % rest.length;
    const more = Buffer.from(given);
    if (how === 'cut') return Buffer.concat([rest.subarray(0, place), rest.subarray(place + more.length + 1)]);
    if (how === 'insert') return Buffer.concat([rest.subarray(0, place), more, rest.subarray(place)]);
    const copy = Buffer.from(rest);
    if (copy.length > 0) copy[place] = (copy[place] ?? 0) ^ (1 << (more.length & 7));
    return copy;
  }, bytes);
}

export function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const ends = [...new Set(places.filter((place) => place > 0 && place < bytes.length))].sort((one, other) => one - other);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

/** Of nothing at all there is no text. */
export function textOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}

export function wellFormed(value: string): string {
  return value.replaceAll(/[\uD800-\uDFFF]/g, '\uFFFD');
}
