import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import { answerTap, streamTap } from './wire-tap.js';

/** `end` is the terminal marker, `fail` a reported failure, `odd` nothing that can be read. */
const decoder: StreamDecoder<StreamState & { readonly isOver: boolean }> = {
  decode({ data }, state = { dialect: 'wire', isOver: false }) {
    if (data === 'fail') throw new MaestroError('upstream.overloaded', { provider: 'p' });
    if (data === 'odd') throw new MaestroError('upstream.malformed', { provider: 'p', problem: 'odd' });
    if (data === 'end') return { events: [], state: { ...state, isOver: true } };
    return { events: [{ type: 'text-delta', part: 0, text: data }], state };
  },
  end(state) {
    if (state?.isOver !== true) throw new MaestroError('upstream.truncated', { provider: 'p' });
    return [{ type: 'message-end', reason: 'stop' }];
  },
};

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('the tap of a stream', () => {
  it('tells of what the bytes complete, and of the end', () => {
    const tap = streamTap(decoder);

    expect(tap.read(bytes('data: a\n\ndata: b'))).toEqual([{ type: 'text-delta', part: 0, text: 'a' }]);
    expect(tap.read(bytes('\n\n'))).toEqual([{ type: 'text-delta', part: 0, text: 'b' }]);
    expect(tap.read(bytes('data: end'))).toEqual([]);
    expect(tap.end()).toEqual({ events: [{ type: 'message-end', reason: 'stop' }], isTruncated: false });
  });

  it('knows a body that ended too early from one whose failure the provider told', () => {
    const cut = streamTap(decoder);
    cut.read(bytes('data: a\n\n'));
    expect(cut.end()).toMatchObject({ events: [], isTruncated: true, failure: { code: 'upstream.truncated' } });

    const half = streamTap(decoder);
    half.read(bytes('data: a\n\ndata: {"b": '));
    expect(half.end()).toMatchObject({ events: [], isTruncated: true, failure: { code: 'upstream.truncated' } });

    const failed = streamTap(decoder);
    expect(failed.read(bytes('data: a\n\ndata: fail\n\ndata: b\n\n'))).toHaveLength(1);
    expect(failed.read(bytes('data: c\n\n'))).toEqual([]);
    expect(failed.end()).toMatchObject({ events: [], isTruncated: false, failure: { code: 'upstream.overloaded' } });
  });

  it('tells nothing more of what it cannot read', () => {
    const tap = streamTap(decoder);
    tap.read(bytes('data: odd\n\n'));
    expect(tap.end()).toEqual({ events: [], isTruncated: false });
  });
});

describe('the tap of a whole answer', () => {
  const eventsOf = (answer: unknown) => {
    if (answer === undefined) throw new MaestroError('upstream.malformed', { provider: 'p', problem: 'no JSON' });
    if (answer === 'fail') throw new MaestroError('upstream.overloaded', { provider: 'p' });
    return [{ type: 'message-start', model: JSON.stringify(answer) }] as const;
  };

  it('tells of it at its end', () => {
    const tap = answerTap(eventsOf);
    expect(tap.read(bytes('"o'))).toEqual([]);
    tap.read(bytes('k"'));
    expect(tap.end()).toEqual({ events: [{ type: 'message-start', model: '"ok"' }], isTruncated: false });
  });

  it.each([
    ['a failure that it reports', '"fail"', { failure: { code: 'upstream.overloaded' } }],
    ['nothing where it is no JSON', '<html>', {}],
  ])('tells of %s', (_what, text, verdict) => {
    const tap = answerTap(eventsOf);
    tap.read(bytes(text));
    expect(tap.end()).toMatchObject({ events: [], isTruncated: false, ...verdict });
  });

  it('lets one pass unread that is too long to keep', () => {
    const tap = answerTap(eventsOf);
    const piece = new Uint8Array(1024 * 1024);
    for (let pieces = 0; pieces < 17; pieces += 1) tap.read(piece);
    expect(tap.end()).toEqual({ events: [], isTruncated: false });
  });
});
