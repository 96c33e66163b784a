import type { StreamDecoder } from '../../src/contracts/behaviours/stream-decoder.js';
import type { StreamEncoder } from '../../src/contracts/behaviours/stream-encoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import type { SdkOutcome } from '../support/sdk-process.js';
import type { BreakMode } from './broken.js';
import { failureOfBroken } from './broken.js';
import type { Recording, RecordedWire } from './cases.js';
import type { ReadStream } from './summary.js';
import { readStream, summaryOf } from './summary.js';
import { readThrough, recordedStream } from './through-encoders.js';

/** A wire as a vendor's own client reads it. */
export interface ReadWire<Encoding extends StreamState, Decoding extends StreamState> {
  readonly api: RecordedWire;
  readonly encoder: StreamEncoder<Encoding>;
  readonly decoder: StreamDecoder<Decoding>;
  /** Where the client adds something of its own to what came. */
  readonly received?: (item: unknown) => unknown;
}

/** Whether a client was told all that the wire can say of a recording; if not, what it was told instead. */
export async function compareReading<Encoding extends StreamState, Decoding extends StreamState>(
  wire: ReadWire<Encoding, Decoding>,
  recording: Recording,
  outcome: SdkOutcome,
): Promise<{ readonly isSame: boolean; readonly differing: object }> {
  const told = summaryOf(await itemsRead(wire, outcome));
  const expected = summaryOf(await sayable(wire, recording));
  const isSame = JSON.stringify(told) === JSON.stringify(expected) && expected.text === recording.expected.text;
  return { isSame, differing: { id: recording.id, told, expected, error: outcome.error } };
}

function itemsRead<Encoding extends StreamState, Decoding extends StreamState>(
  { decoder, received = (item) => item }: ReadWire<Encoding, Decoding>,
  { items = [] }: SdkOutcome,
): Promise<ReadStream> {
  const text = items.map((item) => `data: ${JSON.stringify(received(item))}\n\n`).join('');
  return readStream([Buffer.from(text)], decoder, 'maestro');
}

async function sayable<Encoding extends StreamState, Decoding extends StreamState>(
  { api, encoder, decoder }: ReadWire<Encoding, Decoding>,
  recording: Recording,
): Promise<ReadStream> {
  const stream = await recordedStream(recording);
  return recording.api === api ? stream : (await readThrough(stream, encoder, decoder)).read;
}

/** Of the recordings that break off in the middle: how many there are, and at which of them a client is told of nothing. */
export async function silentlyBroken(
  streams: readonly Recording[],
  isTold: (recording: Recording, mode: BreakMode) => Promise<boolean>,
): Promise<{ readonly broken: number; readonly silent: readonly string[] }> {
  const runs = streams.flatMap((recording) => (['cut', 'errmid'] as const).map((mode) => ({ recording, mode })));
  const outcomes = runs.map(async ({ recording, mode }) => {
    if ((await failureOfBroken(recording, mode)) === undefined) return [];
    return [{ id: `${recording.id} ${mode}`, isTold: await isTold(recording, mode) }];
  });
  const broken = (await Promise.all(outcomes)).flat();
  return { broken: broken.length, silent: broken.filter((one) => !one.isTold).map(({ id }) => id) };
}
