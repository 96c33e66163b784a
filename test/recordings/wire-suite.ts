import type { StreamDecoder } from '../../src/contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import type { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';
import type { WireHeaders } from '../../src/contracts/wire-request.js';
import type { RecordedError, RecordedWire, Recording } from './cases.js';
import { casesOf, describeRecordings } from './cases.js';
import { cuts, cutShort, failingMidway, reframings } from './replay.js';
import type { ReadStream, Summary } from './summary.js';
import { brokenPromises, collected, expectedSummary, readStream, summaryOf } from './summary.js';

/** A dialect's reading half, and what its recordings are held against. */
export interface WireUnderTest<State extends StreamState> {
  readonly api: RecordedWire;
  readonly decoder: (provider: string) => StreamDecoder<State>;
  readonly eventsFromAnswer: (provider: string, answer: unknown) => readonly StreamEvent[];
  /** Whether a piece of a stream holds the marker that the answer is whole. */
  readonly isTerminated: (text: string) => boolean;
  readonly failureOf: (provider: string, status: number, headers: WireHeaders, bodyText: string) => MaestroError;
  /** The class of each recorded refusal: id → code. */
  readonly refusals: Readonly<Record<string, string>>;
  /** Expectations that are wrong, each with what is right: id → why and what. */
  readonly corrections: Readonly<Record<string, Correction>>;
}

export interface Correction {
  readonly why: string;
  readonly is: Partial<Summary>;
}

/** Up to this size a stream is also read byte by byte. */
const smallBody = 16 * 1024;

export function describeWire<State extends StreamState>(title: string, wire: WireUnderTest<State>): void {
  describeRecordings(title, (recordings) => {
    const cases = casesOf(recordings, wire.api);
    const streams = named(cases.filter(({ kind }) => kind === 'stream'));
    const answers = named(cases.filter(({ kind }) => kind === 'json'));
    const refusals = named(recordings.errors.filter(({ api }) => api === wire.api));
    const readText = (recording: Recording, text: string, cut: keyof typeof cuts = 'in one piece'): Promise<ReadStream> =>
      readStream(cuts[cut](Buffer.from(text, 'utf8')), wire.decoder(recording.provider), recording.provider);

    describe.each(streams)('%s', (_id, recording) => {
      const text = recording.body.toString('utf8');

      it('reads as expected', async () => {
        const read = await readText(recording, text);
        expect(brokenPromises(read)).toEqual([]);
        expect(summaryOf(read)).toEqual(rightSummary(wire, recording, summaryOf(read)));
      });

      it('reads the same however it is framed and cut', async () => {
        const plain = await readText(recording, text);
        for (const [name, reframed] of Object.entries(reframings)) {
          expect({ name, read: outcomeOf(await readText(recording, reframed(text))) }).toEqual({ name, read: outcomeOf(plain) });
        }
        const cut = text.length <= smallBody ? 'byte by byte' : 'seven bytes at a time';
        expect(outcomeOf(await readText(recording, text, cut))).toEqual(outcomeOf(plain));
      });

      it('is never taken for whole where it was cut', async () => {
        const short = cutShort(text);
        const { events, error } = await readText(recording, short);
        if (wire.isTerminated(short)) return;
        expect(error?.category).toBe('upstream');
        expect(events.some(({ type }) => type === 'message-end')).toBe(false);
      });

      it('fails where a failure is reported in the middle', async () => {
        const { events, error } = await readText(recording, failingMidway(text, wire.api));
        if (wire.isTerminated(cutShort(text))) return;
        expect(error).toBeDefined();
        expect(events.some(({ type }) => type === 'message-end')).toBe(false);
      });
    });

    it.each(answers)('reads the whole answer %s as expected', async (_id, recording) => {
      const read = await collected(
        (function* () {
          yield* wire.eventsFromAnswer(recording.provider, JSON.parse(recording.body.toString('utf8')));
        })(),
      );
      expect(brokenPromises(read)).toEqual([]);
      expect(summaryOf(read)).toEqual(rightSummary(wire, recording, summaryOf(read)));
    });

    it('knows each recorded refusal', () => {
      expect(Object.keys(wire.refusals).sort()).toEqual(refusals.map(([id]) => id).sort());
    });

    it.each(refusals)('gives the refusal %s its class', (id, refusal: RecordedError) => {
      const failure = wire.failureOf(refusal.provider, refusal.status, refusal.headers, refusal.body);
      expect(failure.code).toBe(wire.refusals[id]);
      expect(failure.upstream?.status).toBe(refusal.status);
      expect(failure.message).not.toContain(messageIn(refusal.body));
    });

    it('corrects only what is there', () => {
      const ids = cases.map(({ id }) => id);
      expect(Object.keys(wire.corrections).filter((id) => !ids.includes(id))).toEqual([]);
    });
  });
}

function named<T extends { readonly id: string }>(items: readonly T[]): [string, T][] {
  return items.map((item) => [item.id, item]);
}

function rightSummary<State extends StreamState>(wire: WireUnderTest<State>, recording: Recording, ours: Summary): Summary {
  return { ...expectedSummary(recording.expected, ours), ...wire.corrections[recording.id]?.is };
}

/** Failures compare by what they say. */
function outcomeOf({ events, error }: ReadStream): unknown {
  return { events, error: error && { code: error.code, message: error.message } };
}

function messageIn(body: string): string {
  const { error } = JSON.parse(body) as { readonly error: { readonly message: string } };
  return error.message;
}
