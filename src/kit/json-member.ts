/** Where something stands in a text of bytes: from `start` up to, not including, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const quote = 0x22;
const backslash = 0x5c;
const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Where the value of a member of the outermost object stands, in JSON as UTF-8 (RFC 8259). Of members with one name the last
 * counts, as for `JSON.parse`. `undefined` where there is none or the text is no JSON object as far as it was read.
 *
 * For bodies that go on as they came: parsing and writing one anew would change numbers and blanks, and cost more.
 */
export function memberRange(json: Uint8Array, name: string): ByteRange | undefined {
  const text = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  let at = afterBlanks(text, 0);
  if (text[at] !== 0x7b) return undefined;
  let found: ByteRange | undefined;
  at = afterBlanks(text, at + 1);
  while (text[at] === quote) {
    const keyEnd = stringEnd(text, at);
    if (keyEnd === undefined) return undefined;
    const colon = afterBlanks(text, keyEnd);
    if (text[colon] !== 0x3a) return undefined;
    const start = afterBlanks(text, colon + 1);
    const end = valueEnd(text, start);
    if (end === undefined) return undefined;
    if (keyOf(text, at, keyEnd) === name) found = { start, end };
    at = afterBlanks(text, end);
    if (text[at] !== 0x2c) break;
    at = afterBlanks(text, at + 1);
  }
  return text[at] === 0x7d ? found : undefined;
}

/** The value of a member as it is, or `undefined` where there is none. */
export function memberOf(json: Uint8Array, name: string): unknown {
  const range = memberRange(json, name);
  return range === undefined ? undefined : valueAt(json, range);
}

/** The value that stands there, or `undefined` where it cannot be read. */
export function valueAt(json: Uint8Array, { start, end }: ByteRange): unknown {
  try {
    // A view: bodies may be large, and this is a small part of one.
    return JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString('utf8', start, end));
  } catch {
    return undefined;
  }
}

/** The same text with another value there; every other byte stays. */
export function withMember(json: Uint8Array, { start, end }: ByteRange, value: string | number | boolean): Uint8Array {
  return Buffer.concat([json.subarray(0, start), Buffer.from(JSON.stringify(value)), json.subarray(end)]);
}

/** The same text with another member in the place of the one whose value stands there; every other byte stays. */
export function withOtherMember(json: Uint8Array, { start, end }: ByteRange, name: string, value: string | number | boolean): Uint8Array {
  const text = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  const colon = beforeBlanks(text, start - 1);
  const keyEnd = beforeBlanks(text, colon - 1);
  const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return Buffer.concat([json.subarray(0, stringStart(text, keyEnd)), Buffer.from(member), json.subarray(end)]);
}

function beforeBlanks(text: Buffer, from: number): number {
  let at = from;
  while (isBlank(text[at])) at -= 1;
  return at;
}

/** Where the string whose closing quote stands here begins. */
function stringStart(text: Buffer, closing: number): number {
  let at = text.lastIndexOf(quote, closing - 1);
  while (isEscaped(text, at)) at = text.lastIndexOf(quote, at - 1);
  return at;
}

function isEscaped(text: Buffer, at: number): boolean {
  let escapes = 0;
  while (text[at - 1 - escapes] === backslash) escapes += 1;
  return escapes % 2 === 1;
}

function keyOf(text: Buffer, start: number, end: number): unknown {
  try {
    return JSON.parse(text.toString('utf8', start, end));
  } catch {
    return undefined;
  }
}

function afterBlanks(text: Buffer, from: number): number {
  let at = from;
  while (isBlank(text[at])) at += 1;
  return at;
}

/** Behind the closing quote of the string that begins here. */
function stringEnd(text: Buffer, start: number): number | undefined {
  for (let at = text.indexOf(quote, start + 1); at !== -1; at = text.indexOf(quote, at + 1)) {
    if (!isEscaped(text, at)) return at + 1;
  }
  return undefined;
}

function valueEnd(text: Buffer, start: number): number | undefined {
  const first = text[start];
  if (first === quote) return stringEnd(text, start);
  if (first === 0x7b || first === 0x5b) return nestedEnd(text, start);
  let at = start;
  while (at < text.length && !isBlank(text[at]) && text[at] !== 0x2c && text[at] !== 0x7d && text[at] !== 0x5d) at += 1;
  return at === start ? undefined : at;
}

/** Behind the bracket that closes the one that begins here. */
function nestedEnd(text: Buffer, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === quote) {
      const end = stringEnd(text, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
