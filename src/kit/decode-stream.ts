import type { StreamDecoder } from '../contracts/behaviours/stream-decoder.js';
import type { StreamState } from '../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../contracts/stream-event.js';
import type { ServerSentEvent } from '../contracts/wire-request.js';
import { sseDecoder } from './sse-decoder.js';

/** A stream's events, a network read at a time. */
export async function* decodedBatches<State extends StreamState>(
  body: AsyncIterable<Uint8Array>,
  decoder: StreamDecoder<State>,
  provider: string,
): AsyncGenerator<readonly StreamEvent[]> {
  const framing = sseDecoder();
  let state: State | undefined;
  const decodeAll = (wireEvents: readonly ServerSentEvent[]): readonly StreamEvent[] => {
    const batch: StreamEvent[] = [];
    for (const wireEvent of wireEvents) {
      const step = decoder.decode(wireEvent, state);
      state = step.state;
      batch.push(...step.events);
    }
    return batch;
  };
  for await (const bytes of body) {
    const batch = decodeAll(pushed(() => framing.push(bytes), provider));
    if (batch.length > 0) yield batch;
  }
  yield [...decodeAll(wholeEvents(framing.end())), ...decoder.end(state)];
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
    if (!data.startsWith('{')) return true;
    try {
      JSON.parse(data);
      return true;
    } catch {
      return false;
    }
  });
}
