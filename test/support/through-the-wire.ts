import type { StreamDecoder } from '../../src/contracts/behaviours/stream-decoder.js';
import type { StreamEncoder } from '../../src/contracts/behaviours/stream-encoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';

/** Events as one half of a dialect writes them and the other reads them, frame by frame. */
export function throughTheWire<Writing extends StreamState, Reading extends StreamState>(
  events: readonly StreamEvent[],
  encoder: StreamEncoder<Writing>,
  decoder: StreamDecoder<Reading>,
): readonly StreamEvent[] {
  let writing: Writing | undefined;
  let reading: Reading | undefined;
  return events.flatMap((event) => {
    const { frames, state } = encoder.encode(event, writing);
    writing = state;
    return frames.flatMap((frame) => {
      const step = decoder.decode(frame, reading);
      reading = step.state;
      return step.events;
    });
  });
}
