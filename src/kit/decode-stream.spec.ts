import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import { decodedBatches, decodeStream } from './decode-stream.js';
import { sseDecoder } from './sse-decoder.js';

interface Counting extends StreamState {
  readonly count: number;
}

/** Each event is a text; `fail` fails; `{…}` between events is a failure as well. */
const counting: StreamDecoder<Counting> = {
  decode({ data }, state = { dialect: 'counting', count: 0 }) {
    if (data === 'fail') throw new MaestroError('upstream.overloaded', { provider: 'acme' });
    return {
      events: data === 'quiet' ? [] : [{ type: 'text-delta', part: state.count, text: data }],
      state: { ...state, count: state.count + 1 },
    };
  },
  end: (state) => [{ type: 'message-end', reason: 'stop', providerReason: String(state?.count ?? 0) }],
  stray(text) {
    if (text.includes('}')) throw new MaestroError('upstream.failed', { provider: 'acme' });
  },
};

async function* bodyOf(...pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

async function* broken(piece: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(piece);
  throw new Error('the socket broke');
}

async function read(...pieces: readonly string[]): Promise<{ readonly texts: readonly string[]; readonly code?: string }> {
  const texts: string[] = [];
  try {
    for await (const event of decodeStream(bodyOf(...pieces), counting, 'acme')) texts.push(textOf(event));
    return { texts };
  } catch (error) {
    return { texts, code: MaestroError.from(error).code };
  }
}

function textOf(event: StreamEvent): string {
  return event.type === 'text-delta' ? event.text : `end after ${event.type === 'message-end' ? (event.providerReason ?? '') : ''}`;
}

describe('a decoded stream', () => {
  it('carries the state from event to event and says at the end what is still to say', async () => {
    expect(await read('data: a\n\nda', 'ta: b\n\n')).toEqual({ texts: ['a', 'b', 'end after 2'] });
    expect(await read()).toEqual({ texts: ['end after 0'] });
  });

  it('takes the name of a field that the end of the body cut off for nothing', async () => {
    expect(await read('data: a\n\ndata')).toEqual({ texts: ['a', 'end after 1'] });
    expect(await read('data: a\n\ndata: ')).toEqual({ texts: ['a', 'end after 1'] });
  });

  it('gives the events before a failure, in whatever pieces both arrive', async () => {
    const expected = { texts: ['a', 'b'], code: 'upstream.overloaded' };
    expect(await read('data: a\n\ndata: b\n\ndata: fail\n\ndata: c\n\n')).toEqual(expected);
    expect(await read('data: a\n\n', 'data: b\n\n', 'data: fail\n\n')).toEqual(expected);
    expect(await read('data: a\n\ndata: b\n\ndata: fail')).toEqual(expected);
  });

  it('asks the decoder about lines that belong to no event', async () => {
    expect(await read('data: a\n\n{\n', '"error": 1', '\n}\n', 'data: b\n\n')).toEqual({ texts: ['a'], code: 'upstream.failed' });
    expect(await read('data: a\n\n{"error": 1}')).toEqual({ texts: ['a'], code: 'upstream.failed' });
    expect(await read('data: a\n\nnonsense\n\n')).toEqual({ texts: ['a', 'end after 1'] });
  });

  it('leaves such lines alone where the decoder has no word on them', async () => {
    const deaf: StreamDecoder<Counting> = { decode: (event, state) => counting.decode(event, state), end: (state) => counting.end(state) };
    const events: StreamEvent[] = [];
    for await (const event of decodeStream(bodyOf('{"error": 1}\n\ndata: a\n\n'), deaf, 'acme')) events.push(event);
    expect(events.map(textOf)).toEqual(['a', 'end after 1']);
  });

  it('gives one batch for each read that says something', async () => {
    const batches: (readonly StreamEvent[])[] = [];
    const body = bodyOf('data: a\n\ndata: b\n\n', 'data: quiet\n\n', 'data: c\n\n');
    for await (const batch of decodedBatches(body, counting, 'acme')) batches.push(batch);
    expect(batches.map((batch) => batch.map(textOf))).toEqual([['a', 'b'], ['c'], ['end after 4']]);
  });

  it('is whole once the message ended, whatever follows in the body and however it breaks', async () => {
    const ending: StreamDecoder<Counting> = {
      ...counting,
      decode: (event, state) =>
        event.data === 'over' && state !== undefined ? { events: counting.end(state), state } : counting.decode(event, state),
      end: () => [],
    };
    const eventsOf = async (body: AsyncIterable<Uint8Array>): Promise<readonly string[]> => {
      const events: StreamEvent[] = [];
      for await (const event of decodeStream(body, ending, 'acme')) events.push(event);
      return events.map(textOf);
    };
    const whole = ['a', 'end after 1'];

    expect(await eventsOf(bodyOf('data: a\n\ndata: over\n\n{"error": 1}\n'))).toEqual(whole);
    expect(await eventsOf(bodyOf('data: a\n\ndata: over\n\n', 'data: fail\n\n'))).toEqual(whole);
    expect(await eventsOf(broken('data: a\n\ndata: over\n\n'))).toEqual(whole);
    await expect(eventsOf(broken('data: a\n\n'))).rejects.toThrow('the socket broke');
  });

  it('is whole where a wire without a last word had said all before what cannot be read, or before the body broke', async () => {
    const finishing: StreamDecoder<Counting> = {
      decode(event, state) {
        if (event.data === 'odd') throw new MaestroError('upstream.malformed', { provider: 'acme', problem: 'odd' });
        return counting.decode(event, state);
      },
      end(state) {
        if ((state?.count ?? 0) < 2) throw new MaestroError('upstream.truncated', { provider: 'acme' });
        return counting.end(state);
      },
    };
    const lost = new MaestroError('upstream.disconnected', { origin: 'https://api.acme.example' });
    async function* breaking(text: string): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
      throw lost;
    }
    const readWith = async (body: AsyncIterable<Uint8Array>): Promise<readonly string[]> => {
      const texts: string[] = [];
      try {
        for await (const event of decodeStream(body, finishing, 'acme')) texts.push(textOf(event));
      } catch (error) {
        texts.push(MaestroError.from(error).code);
      }
      return texts;
    };

    expect(await readWith(bodyOf('data: a\n\ndata: b\n\ndata: odd\n\n'))).toEqual(['a', 'b', 'end after 2']);
    expect(await readWith(breaking('data: a\n\ndata: b\n\n'))).toEqual(['a', 'b', 'end after 2']);
    expect(await readWith(bodyOf('data: a\n\ndata: odd\n\n'))).toEqual(['a', 'upstream.malformed']);
    expect(await readWith(breaking('data: a\n\n'))).toEqual(['a', 'upstream.disconnected']);
    // What the provider says is heard, however late.
    expect(await readWith(bodyOf('data: a\n\ndata: b\n\ndata: fail\n\n'))).toEqual(['a', 'b', 'upstream.overloaded']);
  });

  it('is not whole where it broke within a tool call, though its choice had finished before', async () => {
    const calling: StreamDecoder<Counting> = {
      decode(event, state) {
        const { state: next } = counting.decode(event, state);
        const call = { type: 'tool-call-start', part: 0, callId: 'a', name: 'find' } as const;
        if (event.data === 'call') return { events: [call], state: next };
        return { events: event.data === 'called' ? [{ type: 'tool-call-end', part: 0, callId: 'a' }] : [], state: next };
      },
      end: (state) => counting.end(state),
    };
    const lost = new MaestroError('upstream.disconnected', { origin: 'https://api.acme.example' });
    async function* breaking(text: string): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text);
      throw lost;
    }
    const typesOf = async (text: string): Promise<readonly string[]> => {
      const types: string[] = [];
      try {
        for await (const event of decodeStream(breaking(text), calling, 'acme')) types.push(event.type);
      } catch (error) {
        types.push(MaestroError.from(error).code);
      }
      return types;
    };

    expect(await typesOf('data: finished\n\ndata: call\n\n')).toEqual(['tool-call-start', 'upstream.disconnected']);
    expect(await typesOf('data: call\n\ndata: called\n\n')).toEqual(['tool-call-start', 'tool-call-end', 'message-end']);
  });

  it('drops a JSON event that the end of the body cut in two', async () => {
    expect(await read('data: {"a":1}\n\ndata: {"b"')).toEqual({ texts: ['{"a":1}', 'end after 1'] });
    expect(await read('data: {"a":1}')).toEqual({ texts: ['{"a":1}', 'end after 1'] });
  });

  it('is malformed where one event grows over the limit', async () => {
    const small = decodedBatches(bodyOf(`data: ${'x'.repeat(100)}`), counting, 'acme', sseDecoder({ maxEventLength: 50 }));
    await expect(small.next()).rejects.toMatchObject({ code: 'upstream.malformed' });
  });

  it('lets a failure of the framing that is no limit through as it is', async () => {
    const broken = {
      ...sseDecoder(),
      push: () => {
        throw new TypeError('a bug');
      },
    };
    await expect(decodedBatches(bodyOf('x'), counting, 'acme', broken).next()).rejects.toThrow(TypeError);
  });
});
