import { isDeepStrictEqual } from 'node:util';

import type { StreamDecoder } from '../../src/contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';
import type { ServerSentEvent } from '../../src/contracts/wire-request.js';
import { decodedBatches } from '../../src/kit/decode-stream.js';
import { sseDecoder } from '../../src/kit/sse-decoder.js';
import type { RecordedWire, Recording } from './cases.js';
import { casesOf, describeRecordings } from './cases.js';
import { modeTable } from './mode-table.js';
import { cuts, cutShort, failingMidway, placesIn, reframings } from './replay.js';
import type { Correction } from './rulings.js';
import type { ReadStream, Summary } from './summary.js';
import { brokenPromises, collected, expectedSummary, summaryOf } from './summary.js';
import { tellFigure } from '../support/tell-figure.js';

/** A dialect's reading half, and what its recordings are held against. */
export interface WireUnderTest<State extends StreamState> {
  readonly api: RecordedWire;
  /** Default: all that speak the wire. */
  readonly providers?: readonly string[];
  readonly decoder: (provider: string) => StreamDecoder<State>;
  readonly eventsFromAnswer: (provider: string, answer: unknown) => Iterable<StreamEvent> | AsyncIterable<StreamEvent>;
  /** Whether a piece of a stream holds the marker that the answer is whole. */
  readonly isTerminated: (text: string) => boolean;
  /** What `failingMidway` reports on this wire. */
  readonly midwayFailure: string;
  /** Expectations that are wrong, each with what is right: id → why and what. */
  readonly corrections: Readonly<Record<string, Correction>>;
}

/** Whose streams are cut in two at every place, or at two hundred. The others are, at twenty. */
const namedProviders = ['openai', 'anthropic', 'gemini', 'vertex', 'azure'];

/** Up to this size a stream goes byte by byte through everything; above, through what the bytes' edges can matter to. */
const smallBody = 12 * 1024;

export function describeWire<State extends StreamState>(title: string, wire: WireUnderTest<State>): void {
  describeRecordings(title, (recordings) => {
    const cases = casesOf(recordings, wire.api, wire.providers);
    const streams = cases.filter(({ kind }) => kind === 'stream');
    const answers = cases.filter(({ kind }) => kind === 'json');
    const wholeStreams = streams.filter(({ expected }) => expected.error === null);
    const table = modeTable(title);
    const suite = readerOf(wire);

    /** Each case by itself, so that a failure names it; what is not as it should be, all of it. */
    const holds = async (mode: string, of: readonly Recording[], problemsWith: (recording: Recording) => Promise<readonly unknown[]>) => {
      const found: unknown[] = [];
      for (const recording of of) {
        const problems = await problemsWith(recording);
        table.count(recording.provider, mode, problems.length === 0);
        if (problems.length > 0) found.push({ id: recording.id, mode, problems: problems.slice(0, 3) });
      }
      expect(found).toEqual([]);
    };

    afterAll(() => {
      table.print();
    });

    it.each(Object.entries(reframings))('say what was expected, %s', async (mode, reframe) => {
      await holds(mode, streams, async (recording) => suite.misread(recording, [Buffer.from(reframe(recording.body.toString('utf8')))]));
    });

    it.each(Object.entries(cuts))('say the same, read %s', async (mode, cut) => {
      await holds(mode, streams, async (recording) => {
        const { body } = recording;
        return body.length <= smallBody ? suite.misread(recording, cut(body)) : suite.misframed(body, cut(body));
      });
    });

    it('say the same, cut in two anywhere', async () => {
      let count = 0;
      await holds('cut in two', streams, async (recording) => {
        const many = namedProviders.includes(recording.provider) ? 200 : 20;
        const places = placesIn(recording.body.length, { everyUpTo: 3000, count: many });
        count += places.length;
        return suite.differingCuts(recording, places);
      });
      tellFigure('T27', `${title}: ${String(streams.length)} streams cut in two at ${String(count)} places: the same events`);
    });

    it('say what was expected, as whole answers', async () => {
      await holds('whole answers', answers, async (recording) => suite.misreadAnswer(recording));
    });

    it('end in an error where a failure is reported midway (errmid)', async () => {
      await holds('errmid', wholeStreams, async (recording) =>
        suite.notFailing(recording, await suite.readText(recording, failingMidway(recording.body.toString('utf8'), wire.api)), [
          wire.midwayFailure,
        ]),
      );
    });

    it('end in an error where the connection breaks (cutmid)', async () => {
      await holds('cutmid', wholeStreams, async (recording) => {
        const text = recording.body.toString('utf8');
        const part = Buffer.from(text.slice(0, Math.floor(text.length * 0.6)));
        return suite.notFailing(
          recording,
          await suite.read(recording, [part], new MaestroError('upstream.disconnected', { origin: 'o' })),
          ['upstream.disconnected'],
        );
      });
    });

    it('end in an error where the body ends without the terminal marker (cut)', async () => {
      const half = (recording: Recording): string => cutShort(recording.body.toString('utf8'));
      const unterminated = wholeStreams.filter((recording) => !wire.isTerminated(half(recording)));
      await holds('cut', unterminated, async (recording) =>
        suite.notFailing(recording, await suite.readText(recording, half(recording)), ['upstream.truncated']),
      );
      // The others are whole where they are cut: what comes out is complete as far as it goes.
      await holds(
        'cut, yet whole',
        wholeStreams.filter((recording) => !unterminated.includes(recording)),
        async (recording) => brokenPromises(await suite.readText(recording, half(recording))),
      );
    });

    it('corrects only what is there', () => {
      const ids = cases.map(({ id }) => id);
      expect(Object.keys(wire.corrections).filter((id) => !ids.includes(id))).toEqual([]);
    });
  });
}

/** Every byte of the streams up to a size, for the long run. */
export function describeEveryCut<State extends StreamState>(title: string, wire: WireUnderTest<State>, everyUpTo: number): void {
  describeRecordings(`${title}, cut at every byte`, (recordings) => {
    const streams = casesOf(recordings, wire.api, wire.providers).filter(({ kind, body }) => kind === 'stream' && body.length <= everyUpTo);
    const suite = readerOf(wire);
    let count = 0;
    afterAll(() => {
      tellFigure('T27', `${title}: ${String(streams.length)} streams cut at each of their ${String(count)} bytes: the same events`);
    });

    it.each(streams.map((recording) => [recording.id, recording] as const))('%s', async (_id, recording) => {
      const places = placesIn(recording.body.length, { everyUpTo, count: 0 });
      expect(await suite.differingCuts(recording, places, 1)).toEqual([]);
      count += places.length;
    });
  });
}

function readerOf<State extends StreamState>(wire: WireUnderTest<State>) {
  const read = async ({ provider }: Recording, pieces: readonly Uint8Array[], broken?: MaestroError): Promise<ReadStream> => {
    const events: StreamEvent[] = [];
    try {
      for await (const batch of decodedBatches(inTurn(pieces, broken), wire.decoder(provider), provider)) events.push(...batch);
      return { events };
    } catch (error) {
      if (MaestroError.is(error)) return { events, error };
      throw error;
    }
  };
  const judged = (recording: Recording, stream: ReadStream): readonly unknown[] => {
    const is = summaryOf(stream);
    const wanted = { ...expectedSummary(recording.expected, is), ...wire.corrections[recording.id]?.is };
    const differing = (Object.keys(wanted) as (keyof Summary)[]).filter((name) => !isSame(is[name], wanted[name]));
    return [...differing.map((name) => ({ name, is: is[name], wanted: wanted[name] })), ...brokenPromises(stream)];
  };
  return {
    read,
    readText: (recording: Recording, text: string) => read(recording, [Buffer.from(text)]),
    misread: async (recording: Recording, pieces: readonly Uint8Array[]) => judged(recording, await read(recording, pieces)),
    misreadAnswer: async (recording: Recording) =>
      judged(recording, await answerOf(() => wire.eventsFromAnswer(recording.provider, JSON.parse(recording.body.toString('utf8'))))),
    /** Decoders see events, not bytes: where the same events come out of the framing, the same is said. */
    misframed: (body: Buffer, pieces: readonly Uint8Array[]) => (framed([body]) === framed(pieces) ? [] : ['other events']),
    /**
     * Decoders are pure: where the same comes out of the framing, the same is said. And the framing knows nothing of events that
     * are over. So only some of the places are read with the whole stream, the others with the events around them.
     */
    differingCuts: async (recording: Recording, places: readonly number[], decodeEach?: number) => {
      const { body } = recording;
      const each = decodeEach ?? (body.length > smallBody ? 80 : 16);
      const whole = JSON.stringify(await read(recording, [body]));
      const differing: number[] = [];
      for (const [index, at] of places.entries()) {
        const pieces = [body.subarray(0, at), body.subarray(at)];
        const isEqual = index % each === 0 ? JSON.stringify(await read(recording, pieces)) === whole : isFramedAlike(body, at);
        if (!isEqual) differing.push(at);
      }
      return differing;
    },
    notFailing: (_recording: Recording, stream: ReadStream, codes: readonly string[]) => {
      const code = stream.error?.code ?? 'no error';
      return [...(codes.includes(code) ? [] : [`${code} instead of ${codes.join(' or ')}`]), ...brokenPromises(stream)];
    },
  };
}

function answerOf(events: () => Iterable<StreamEvent> | AsyncIterable<StreamEvent>): Promise<ReadStream> {
  return collected(
    (async function* () {
      yield* events();
    })(),
  );
}

/** What the framing gives, in one text. Lengths tell apart what joining would run together. */
function framed(pieces: readonly Uint8Array[]): string {
  const decoder = sseDecoder();
  let text = '';
  const note = (events: readonly ServerSentEvent[]): void => {
    for (const { event = '', data } of events) text += `${String(event.length)} ${event}${String(data.length)} ${data}`;
  };
  for (const piece of pieces) note(decoder.push(piece));
  note(decoder.end());
  return `${text}${decoder.strayText}`;
}

/** Whether the events around a place come out as they are where the bytes are cut there. */
function isFramedAlike(body: Buffer, at: number): boolean {
  const [from, to] = [boundaryBefore(body, boundaryBefore(body, at)), boundaryAfter(body, at)];
  return framed([body.subarray(from, to)]) === framed([body.subarray(from, at), body.subarray(at, to)]);
}

const boundaries = ['\n\n', '\r\n\r\n', '\r\r'];

/** Where an event is over: at the start of the body, or behind a blank line that ends before the place. */
function boundaryBefore(body: Buffer, at: number): number {
  const ends = boundaries.map((boundary) => {
    const found = body.subarray(0, Math.max(0, at - 1)).lastIndexOf(boundary);
    return found === -1 ? 0 : found + boundary.length;
  });
  return Math.max(...ends);
}

function boundaryAfter(body: Buffer, at: number): number {
  const ends = boundaries.map((boundary) => {
    const found = body.indexOf(boundary, at);
    return found === -1 ? body.length : found + boundary.length;
  });
  return Math.min(...ends);
}

/** By what is in it, in any order of the names. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one, other);
}

async function* inTurn(pieces: readonly Uint8Array[], broken?: MaestroError): AsyncGenerator<Uint8Array> {
  yield* pieces;
  if (broken !== undefined) throw broken;
}
