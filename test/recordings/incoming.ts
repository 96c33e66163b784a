import type { StreamDecoder } from '../../src/contracts/behaviours/stream-decoder.js';
import type { EncodedStep, StreamEncoder } from '../../src/contracts/behaviours/stream-encoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';
import { carriedMark } from '../../src/kit/carried.js';
import { sseText } from '../../src/kit/sse-text.js';
import type { ReadStream } from './summary.js';
import { readStream } from './summary.js';

export interface Written {
  readonly text: string;
  readonly notices: readonly string[];
}

/** What a client of a wire is sent for these events. */
export function written<State extends StreamState>(encoder: StreamEncoder<State>, events: readonly StreamEvent[]): Written {
  let step: EncodedStep<State> | undefined;
  let text = '';
  const notices: string[] = [];
  for (const event of events) {
    step = encoder.encode(event, step?.state);
    text += step.frames.map(sseText).join('');
    notices.push(...step.notices);
  }
  return { text, notices };
}

/** What a client of a wire reads of these events. */
export async function readBack<Writing extends StreamState, Reading extends StreamState>(
  encoder: StreamEncoder<Writing>,
  decoder: StreamDecoder<Reading>,
  events: readonly StreamEvent[],
): Promise<ReadStream> {
  return readStream([Buffer.from(written(encoder, events).text)], decoder, 'acme');
}

/** Without what is carried for a provider through a field that clients do not read. */
export function withoutCarried(events: readonly StreamEvent[]): readonly StreamEvent[] {
  return events.filter((event) => event.type !== 'reasoning-delta' || event.encrypted?.startsWith(carriedMark) !== true);
}
