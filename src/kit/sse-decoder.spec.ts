import type { ServerSentEvent } from '../contracts/wire-request.js';
import type { SseLimits } from './sse-decoder.js';
import { sseDecoder } from './sse-decoder.js';

function decoded(pieces: readonly Uint8Array[], limits?: SseLimits): readonly ServerSentEvent[] {
  const decoder = sseDecoder(limits);
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

/** Read with a cut at each place, and once byte by byte: all readings must agree. */
function decodedAnyhow(text: string): readonly ServerSentEvent[] {
  const bytes = Buffer.from(text);
  const whole = decoded([bytes]);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    expect({ cut, events: decoded([bytes.subarray(0, cut), bytes.subarray(cut)]) }).toEqual({ cut, events: whole });
  }
  expect(decoded(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)))).toEqual(whole);
  return whole;
}

/** Hand-made. */
const stream = [
  ': a comment',
  'event: greeting',
  'data: Grüße 👋',
  'id: 1',
  '',
  'data: {"a":',
  'data: 1}',
  '',
  '',
  ':',
  'data:no blank',
  '',
  'event: nothing to say',
  '',
  'data',
  '',
  'data:  two blanks',
  'retry: 10',
  '',
  '',
].join('\n');

const events = [
  { event: 'greeting', data: 'Grüße 👋' },
  { data: '{"a":\n1}' },
  { data: 'no blank' },
  { data: '' },
  { data: ' two blanks' },
];

describe('the event stream decoder', () => {
  it.each([
    ['LF', stream],
    ['CRLF', stream.replaceAll('\n', '\r\n')],
    ['bare CR', stream.replaceAll('\n', '\r')],
    ['a byte order mark first', `\uFEFF${stream}`],
  ])('reads fields, comments and data over many lines with %s, wherever the bytes are cut', (_framing, text) => {
    expect(decodedAnyhow(text)).toEqual(events);
  });

  it('takes a mark in the middle of the stream for text', () => {
    expect(decodedAnyhow('data: a\n\ndata: \uFEFFb\n\n')).toEqual([{ data: 'a' }, { data: '\uFEFFb' }]);
  });

  it('gives an event as soon as it is whole', () => {
    const decoder = sseDecoder();
    expect(decoder.push(Buffer.from('data: a\n'))).toEqual([]);
    expect(decoder.push(Buffer.from('\ndata: b'))).toEqual([{ data: 'a' }]);
    expect(decoder.push(Buffer.from('\n\n'))).toEqual([{ data: 'b' }]);
    expect(decoder.end()).toEqual([]);
  });

  it('gives a last event that no blank line closed', () => {
    expect(decodedAnyhow('data: a\n\ndata: b')).toEqual([{ data: 'a' }, { data: 'b' }]);
    expect(decodedAnyhow('data: a\n\ndata: b\n')).toEqual([{ data: 'a' }, { data: 'b' }]);
  });

  it('reads an empty body as no events', () => {
    expect(decoded([])).toEqual([]);
    expect(decoded([Buffer.from('\n\n\n')])).toEqual([]);
  });

  it('replaces bytes that are no UTF-8 instead of failing', () => {
    expect(decoded([Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a])])).toEqual([{ data: '\uFFFD' }]);
  });

  it('keeps lines that are no field, for an error that came without an event', () => {
    const decoder = sseDecoder();
    decoder.push(Buffer.from('{"error":{"code":503}}\n\ndata: a\n\n'));
    expect(decoder.strayText).toBe('{"error":{"code":503}}\n');
  });

  it('keeps no more of them than is good for reading an error', () => {
    const decoder = sseDecoder();
    for (let line = 0; line < 3; line += 1) decoder.push(Buffer.from(`${'x'.repeat(50_000)}\n`));
    expect(decoder.strayText.length).toBe(65_536);
  });

  it('refuses an event over the limit, in one line or in many, and takes one below it', () => {
    const limits = { maxEventLength: 1000 };
    expect(decoded([Buffer.from(`data: ${'x'.repeat(900)}\n\n`)], limits)).toHaveLength(1);
    expect(() => decoded([Buffer.from(`data: ${'x'.repeat(600)}`), Buffer.from('x'.repeat(600))], limits)).toThrow(RangeError);
    const lines = Array.from({ length: 100 }, () => Buffer.from(`data: ${'x'.repeat(20)}\n`));
    expect(() => decoded(lines, limits)).toThrow(RangeError);
  });

  it('refuses a line that is cut into the smallest pieces when it grows over the limit', () => {
    const decoder = sseDecoder({ maxEventLength: 5000 });
    const letter = Buffer.from('x');
    for (let count = 0; count < 5000; count += 1) decoder.push(letter);
    expect(() => decoder.push(letter)).toThrow(RangeError);
  });

  it('reads a line that comes in a great many pieces', () => {
    expect(decoded([Buffer.from('data:'), ...Array.from({ length: 3000 }, () => Buffer.from('é')), Buffer.from('\n\n')])).toEqual([
      { data: 'é'.repeat(3000) },
    ]);
  });

  it('refuses an event of too many lines, though each is empty', () => {
    const limits = { maxEventLines: 100 };
    expect(decoded([Buffer.from(`${'data:\n'.repeat(100)}\n`)], limits)).toEqual([{ data: '\n'.repeat(99) }]);
    expect(() => decoded([Buffer.from('data:\n'.repeat(101))], limits)).toThrow('an event has too many lines');
    expect(() => decoded([Buffer.from('event: a\n'.repeat(101))], limits)).toThrow(RangeError);
    expect(() => decoded([Buffer.from('x\n'.repeat(101))], limits)).toThrow(RangeError);
    expect(decoded([Buffer.from(`${': comment\n'.repeat(101)}data: a\n\n`)], limits)).toEqual([{ data: 'a' }]);
  });

  it('keeps no more than a thousand lines that are no field', () => {
    const decoder = sseDecoder();
    decoder.push(Buffer.from('x\n\n'.repeat(5000)));
    expect(decoder.strayText).toBe('x\n'.repeat(1024));
  });

  it('reads fields without a colon as empty ones, and forgets a name that is taken back', () => {
    expect(decodedAnyhow('event: a\nevent\ndata\ndata\n\nid\nretry\nid: 1\nretry: x\nevent:\ndata: b\n\n')).toEqual([
      { data: '\n' },
      { data: 'b' },
    ]);
  });

  it('takes line ends of all kinds in one stream', () => {
    expect(decodedAnyhow('data: a\r\rdata: b\n\r\ndata: c\r\n\ndata: d\r\n\r\n\n\r')).toEqual([
      { data: 'a' },
      { data: 'b' },
      { data: 'c' },
      { data: 'd' },
    ]);
  });

  it('looks at no character twice, whatever ends the lines', () => {
    // A thousand times as long as a read; searching the rest of it for each line would take hours.
    for (const end of ['\n', '\r', '\r\n']) {
      const body = Buffer.from(`data: x${end}${end}`.repeat(1_000_000));
      expect(sseDecoder().push(body)).toHaveLength(1_000_000);
    }
  });

  it('lets a stream of any length pass whose events are small', () => {
    const decoder = sseDecoder({ maxEventLength: 1000 });
    const counts = Array.from({ length: 1000 }, () => decoder.push(Buffer.from(`data: ${'x'.repeat(500)}\n\n`)).length);
    expect(counts.every((count) => count === 1)).toBe(true);
  });
});
