import type { EncodedStep, StreamEncoder } from '../../contracts/behaviours/stream-encoder.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent } from '../../contracts/wire-request.js';
import { errorReport } from './error-encoder.js';
import { writeContent } from './written-content.js';
import { writeEnd } from './written-end.js';
import type { GenerateContentWriting, Pen } from './writing.js';
import { penFor } from './writing.js';

/**
 * Writes a streamed answer of this wire: each event is a whole response with what is new. Calls are said when their arguments are
 * whole; usage and sources with the last response, which has the reason to finish.
 */
export const geminiGenerateContentEncoder: StreamEncoder<GenerateContentWriting> = {
  encode(event, state): EncodedStep<GenerateContentWriting> {
    const pen = penFor(state);
    write(event, pen);
    return { frames: pen.chunks.map((chunk) => ({ data: JSON.stringify(chunk) })), notices: pen.notices, state: pen.state };
  },
  fail: (error) => [{ data: JSON.stringify(errorReport(error)) }],
};

/** The wire's responses for one event of ours. */
export function write(event: StreamEvent, pen: Pen): void {
  if (event.type === 'message-start') {
    const id = event.id ?? event.streamId;
    pen.state = { ...pen.state, model: event.model, ...(id !== undefined && { id }) };
  } else if (event.type === 'usage') {
    const { type: _type, ...usage } = event;
    pen.state = { ...pen.state, usage };
  } else if (event.type === 'message-end') writeEnd(event, pen);
  else writeContent(event, pen);
}

/**
 * The same frames for a client that did not ask for `alt=sse`: one JSON array, an entry for each. `at` counts them from 0; the
 * body ends with `jsonArrayEnd`.
 */
export function jsonArrayText({ data }: ServerSentEvent, at: number): string {
  return `${at === 0 ? '[' : ',\r\n'}${data}`;
}

/** `count` entries were written. */
export function jsonArrayEnd(count: number): string {
  return count === 0 ? '[]' : ']';
}
