import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import { milestoneTap } from './milestone-tap.js';

interface Counting extends StreamState {
  readonly read: number;
  readonly isOver: boolean;
}

/** `start` begins; `end` is the terminal marker, `fail` a failure, `count N` tokens; all else is content. */
const decoder: StreamDecoder<Counting> = {
  decode({ data }, before = { dialect: 'wire', read: 0, isOver: false }) {
    const state = { ...before, read: before.read + 1 };
    if (data === 'fail') throw new MaestroError('upstream.overloaded', { provider: 'p' });
    if (data === 'start') return { events: [{ type: 'message-start', model: 'm' }], state };
    if (data === 'end') return { events: [], state: { ...state, isOver: true } };
    const [, count] = /^count (\d+)$/.exec(data) ?? [];
    const event: StreamEvent = count === undefined ? { type: 'text-delta', part: 0, text: data } : { type: 'usage', output: Number(count) };
    return { events: [event], state };
  },
  end(state) {
    if (state?.isOver !== true) throw new MaestroError('upstream.truncated', { provider: 'p' });
    return [{ type: 'message-end', reason: 'stop', providerReason: `${String(state.read)} read` }];
  },
};

const frame = (text: string): string => `data: ${text}\n\n`;
const tapOf = () => milestoneTap(decoder, /end|fail/);

function readAll(...pieces: readonly string[]) {
  const tap = tapOf();
  const events = pieces.flatMap((piece) => tap.read(Buffer.from(piece)));
  const verdict = tap.end();
  return { ...verdict, events: [...events, ...verdict.events].map(told) };
}

function told(event: StreamEvent): string {
  if (event.type === 'text-delta') return event.text;
  if (event.type === 'usage') return String(event.output);
  return event.type === 'message-end' ? `end, ${event.providerReason ?? ''}` : event.type;
}

describe('the tap for milestones', () => {
  it('reads until content has come, and from the first landmark on', () => {
    const { events, isTruncated } = readAll(frame('start'), frame('a'), frame('b') + frame('c'), frame('d'), frame('e') + frame('end'));
    expect(events).toEqual(['message-start', 'a', 'd', 'e', 'end, 5 read']);
    expect(isTruncated).toBe(false);
  });

  it('finds a landmark that is cut in two', () => {
    const { events } = readAll(frame('start') + frame('a'), frame('b'), 'data: e', 'nd\n\n', frame('c'));
    expect(events).toEqual(['message-start', 'a', 'b', 'c', 'end, 5 read']);
  });

  it('takes nothing for the end that is only its beginning', () => {
    expect(readAll(frame('start') + frame('a'), frame('b'), 'data: en')).toMatchObject({
      isTruncated: true,
      failure: { code: 'upstream.truncated' },
    });
  });

  it('tells of a failure, with the count that came before it', () => {
    expect(readAll(frame('start') + frame('a'), frame('count 3'), frame('fail'))).toEqual({
      events: ['message-start', 'a', '3'],
      failure: expect.objectContaining({ code: 'upstream.overloaded' }),
      isTruncated: false,
    });
  });

  it('tells the last count where the reader leaves', () => {
    const tap = tapOf();
    for (const piece of ['start', 'a', 'count 1', 'count 2']) tap.read(Buffer.from(frame(piece)));
    expect(tap.leave?.().map(told)).toEqual(['2']);
    expect(tap.leave?.()).toEqual([]);
  });

  it.each([
    ['bare CR', 'data: start\r\rdata: a\r\rdata: b\r\rdata: end\r\r'],
    ['CRLF', 'data: start\r\n\r\ndata: a\r\n\r\ndata: b\r\n\r\ndata: end\r\n\r\n'],
  ])('reads an answer framed with %s', (_name, body) => {
    expect(readAll(...(body.match(/.{1,7}/gs) ?? [])).events.at(-1)).toMatch(/^end, [34] read$/);
  });

  it('reads whole what it sees no events in, and holds little of it', () => {
    const { events, isTruncated } = readAll(`data: ${'x'.repeat(300_000)}`, `\r\r${frame('end')}`);
    expect(events).toHaveLength(2);
    expect(isTruncated).toBe(false);
  });
});
