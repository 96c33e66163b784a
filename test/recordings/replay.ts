import type { RecordedWire } from './cases.js';

/** Ways to write the same stream on the wire: none of them changes what it says. */
export const reframings = {
  'as recorded': (text: string) => text,
  'with LF': withLineFeeds,
  'with CRLF': (text: string) => withLineFeeds(text).replaceAll('\n', '\r\n'),
  'with bare CR': (text: string) => withLineFeeds(text).replaceAll('\n', '\r'),
  'with comments': (text: string) =>
    joined(wireEvents(text).map((event, at) => `${at % 2 === 0 ? ': ping\n' : ': keep-alive\n\n'}${event}`)),
  'with blank lines': (text: string) => `${wireEvents(text).join('\n\n\n\n')}\n\n\n`,
  'without the space after the colon': (text: string) => text.replaceAll(/^data: /gm, 'data:'),
  'with data over many lines': (text: string) => joined(wireEvents(text).map(overManyLines)),
  'with a byte order mark': (text: string) => `\uFEFF${text}`,
  'without [DONE]': (text: string) => joined(wireEvents(text).filter((event) => !/^data: ?\[DONE\]$/m.test(event))),
  'with a second [DONE]': (text: string) => `${text}data: [DONE]\n\n`,
  'without the last blank line': (text: string) => text.replace(/[\r\n]+$/, ''),
} satisfies Record<string, (text: string) => string>;

/** Ways in which the network cuts the bytes. */
export const cuts = {
  'in one piece': (bytes: Buffer) => [bytes],
  'byte by byte': (bytes: Buffer) => piecesOf(bytes, 1),
  'seven bytes at a time': (bytes: Buffer) => piecesOf(bytes, 7),
} satisfies Record<string, (bytes: Buffer) => readonly Buffer[]>;

/** The first half of the events, ended cleanly. */
export function cutShort(text: string): string {
  const events = wireEvents(text);
  return joined(events.slice(0, Math.max(1, Math.floor(events.length / 2))));
}

/** An event that reports a failure in the middle of an answer, as each wire says it; hand-made. */
const failures: Readonly<Record<RecordedWire, string>> = {
  chat: 'data: {"error":{"message":"The server had an error while processing your request","type":"server_error","param":null,"code":null}}',
  responses:
    'event: error\ndata: {"type":"error","sequence_number":99,"code":"server_error","message":"The server had an error","param":null}',
  messages: 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
  'generate-content': 'data: {"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}',
};

/** The first half of the events, then a failure. */
export function failingMidway(text: string, api: RecordedWire): string {
  return `${cutShort(text)}${failures[api]}\n\n`;
}

function wireEvents(text: string): readonly string[] {
  return withLineFeeds(text)
    .split(/\n\n+/)
    .filter((event) => event !== '');
}

function joined(events: readonly string[]): string {
  return `${events.join('\n\n')}\n\n`;
}

function withLineFeeds(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n');
}

function overManyLines(event: string): string {
  return event
    .split('\n')
    .map((line) => {
      if (!line.startsWith('data:') || line.includes('[DONE]')) return line;
      const spread = JSON.stringify(JSON.parse(line.slice(5)), null, 1).split('\n');
      return spread.map((piece) => `data: ${piece}`).join('\n');
    })
    .join('\n');
}

/** Where a body is cut in two: everywhere, or at so many places, which are the same in each run: a cut that fails must fail again. */
export function placesIn(length: number, { everyUpTo, count }: { readonly everyUpTo: number; readonly count: number }): readonly number[] {
  if (length <= everyUpTo) return Array.from({ length: length - 1 }, (_, at) => at + 1);
  let seed = length;
  return Array.from({ length: count }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return 1 + (seed % (length - 1));
  });
}

function piecesOf(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}
