import type { StreamDecoder } from '../../src/contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../../src/contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';
import { decodedBatches } from '../../src/kit/decode-stream.js';
import type { RecordedWire } from '../recordings/cases.js';
import { brokenPromises } from '../recordings/summary.js';
import type { WireUnderTest } from '../recordings/wire-suite.js';
import { chatWire, generateContentWire, messagesWire, responsesWire } from '../recordings/wires.js';
import { corpus } from './corpus.js';
import { inPieces, mutated, randomFrom } from './mutations.js';

export interface FuzzReport {
  readonly chunks: number;
  readonly streams: number;
  /** How the streams ended: an error's code, or `whole`. */
  readonly ends: Readonly<Record<string, number>>;
  /** What must never happen, with the seed of the stream that showed it. */
  readonly findings: readonly string[];
}

interface Fuzzed {
  readonly api: RecordedWire;
  readonly decoder: () => StreamDecoder;
}

function fuzzed<State extends StreamState>({ api, decoder }: WireUnderTest<State>): Fuzzed {
  return { api, decoder: () => decoder('fuzz') };
}

const wires: readonly Fuzzed[] = [fuzzed(chatWire), fuzzed(responsesWire), fuzzed(messagesWire), fuzzed(generateContentWire)];

/** Gives so many chunks of broken streams to the four decoders in turn. `streamSeed` plays one stream again. */
export async function fuzzDecoders(seed: number, wantedChunks: number): Promise<FuzzReport> {
  const ends: Record<string, number> = {};
  const findings: string[] = [];
  let [chunks, streams] = [0, 0];
  while (chunks < wantedChunks && findings.length < 10) {
    const streamSeed = seed + streams;
    const played = await playStream(streamSeed);
    streams += 1;
    chunks += played.chunks;
    ends[played.end] = (ends[played.end] ?? 0) + 1;
    findings.push(...played.findings.map((finding) => `seed ${String(streamSeed)}: ${finding}`));
  }
  return { chunks, streams, ends, findings };
}

async function playStream(seed: number): Promise<{ readonly chunks: number; readonly end: string; readonly findings: readonly string[] }> {
  const random = randomFrom(seed);
  const wire = wires[seed % wires.length] ?? fuzzed(chatWire);
  const others = Object.entries(corpus).flatMap(([api, stream]) => (api === wire.api ? [] : [stream]));
  const bytes = mutated(corpus[wire.api], others, random);
  const pieces = inPieces(bytes, random);
  const events: StreamEvent[] = [];
  const findings: string[] = [];
  let error: MaestroError | undefined;
  try {
    for await (const batch of decodedBatches(inTurn(pieces), wire.decoder(), 'fuzz')) events.push(...batch);
  } catch (failure) {
    if (MaestroError.is(failure)) error = failure;
    else findings.push(`${wire.api} threw ${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}`);
  }
  if (findings.length === 0) {
    // What comes out is made of what went in: a constant for each event, and no piece of the input more than a few times.
    if (JSON.stringify(events).length > 50 * bytes.length + 10_000) findings.push(`${wire.api} grew out of all proportion`);
    // Which calls begin and end is the provider's word, and so is that one does twice.
    const broken = brokenPromises({ events, ...(error !== undefined && { error }) }).filter((promise) => promise.includes('message-'));
    findings.push(...broken.map((promise) => `${wire.api}: ${promise}`));
  }
  return { chunks: pieces.length, end: error?.code ?? 'whole', findings };
}

async function* inTurn(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
