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

  it('lets a stream of any length pass whose events are small', () => {
    const decoder = sseDecoder({ maxEventLength: 1000 });
    const counts = Array.from({ length: 1000 }, () => decoder.push(Buffer.from(`data: ${'x'.repeat(500)}\n\n`)).length);
    expect(counts.every((count) => count === 1)).toBe(true);
  });
});
