import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import type { ServerSentEvent } from '../contracts/wire-request.js';
import type { SseDecoder } from './sse-decoder.js';
import { sseDecoder } from './sse-decoder.js';

/** What a network read gave: a failure comes after the events that stood before it, wherever the reads were cut. */
export interface DecodedRead {
  readonly events: readonly StreamEvent[];
  readonly failure?: { readonly error: unknown };
}

/** What each network read says, up to the first failure. */
export async function* decodedReads<State extends StreamState>(
  body: AsyncIterable<Uint8Array>,
  decoder: StreamDecoder<State>,
  provider: string,
  framing: SseDecoder = sseDecoder(),
): AsyncGenerator<DecodedRead, undefined> {
  let state: State | undefined;
  let strayLength = 0;
  const read = (wireEvents: readonly ServerSentEvent[]): DecodedRead => {
    const events: StreamEvent[] = [];
    try {
      for (const wireEvent of wireEvents) {
        const step = decoder.decode(wireEvent, state);
        state = step.state;
        events.push(...step.events);
      }
      if (framing.strayText.length > strayLength) decoder.stray?.(framing.strayText);
      strayLength = framing.strayText.length;
      return { events };
    } catch (error) {
      return isEnded(events) ? { events } : { events, failure: { error } };
    }
  };
  let isOver = false;
  try {
    for await (const bytes of body) {
      // Nothing follows the end of a message, whatever the body holds; it is read on so that the connection can serve again.
      if (isOver) continue;
      const step = read(pushed(() => framing.push(bytes), provider));
      isOver = isEnded(step.events);
      if (step.events.length > 0 || step.failure !== undefined) yield step;
      if (step.failure !== undefined) return undefined;
    }
  } catch (error) {
    if (!isOver) throw error;
  }
  if (isOver) return undefined;
  const last = read(wholeEvents(pushed(() => framing.end(), provider)));
  if (last.events.length > 0 || last.failure !== undefined) yield last;
  if (last.failure === undefined) yield { events: decoder.end(state) };
  return undefined;
}

function isEnded(events: readonly StreamEvent[]): boolean {
  return events.at(-1)?.type === 'message-end';
}

/** A stream's events, a network read at a time. */
export async function* decodedBatches<State extends StreamState>(
  body: AsyncIterable<Uint8Array>,
  decoder: StreamDecoder<State>,
  provider: string,
  framing?: SseDecoder,
): AsyncGenerator<readonly StreamEvent[]> {
  for await (const { events, failure } of decodedReads(body, decoder, provider, framing)) {
    if (events.length > 0) yield events;
    if (failure !== undefined) throw failure.error;
  }
}

/** A stream's events, one at a time. */
export async function* decodeStream<State extends StreamState>(
  body: AsyncIterable<Uint8Array>,
  decoder: StreamDecoder<State>,
  provider: string,
): AsyncGenerator<StreamEvent> {
  for await (const batch of decodedBatches(body, decoder, provider)) yield* batch;
}

function pushed(push: () => readonly ServerSentEvent[], provider: string): readonly ServerSentEvent[] {
  try {
    return push();
  } catch (error) {
    if (error instanceof RangeError) throw new MaestroError('upstream.malformed', { provider, problem: error.message }, { cause: error });
    throw error;
  }
}

/** An event that the end of the body cut in two is no event: what is missing then is the terminal marker. */
function wholeEvents(events: readonly ServerSentEvent[]): readonly ServerSentEvent[] {
  return events.filter(({ data }) => {
    if (!data.startsWith('{')) return data !== '';
    try {
      JSON.parse(data);
      return true;
    } catch {
      return false;
    }
  });
}
