import type { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamWriter } from '../../kit/door.js';
import { sseText } from '../../kit/sse-text.js';
import { sseWriter } from '../../kit/stream-writer.js';
import { geminiGenerateContentEncoder, jsonArrayEnd, jsonArrayText } from './stream-encoder.js';
import type { GenerateContentWriting } from './writing.js';

/** An answer to `alt=sse`. */
export function eventStreamWriter(): StreamWriter {
  return { ...sseWriter(geminiGenerateContentEncoder), fail: eventStreamFailure };
}

/**
 * The last words of an event stream that failed. The report comes twice: as an event, and bare, as the vendor writes it. Some
 * clients know it in one way only, and each takes the first that it knows.
 */
export function eventStreamFailure(error: MaestroError): string {
  return geminiGenerateContentEncoder
    .fail(error, undefined)
    .map((frame) => `${sseText(frame)}${frame.data}\n`)
    .join('');
}

/** An answer to whoever did not ask for `alt=sse`: one JSON array. */
export function jsonArrayWriter(): StreamWriter {
  let state: GenerateContentWriting | undefined;
  let count = 0;
  const entry = (frame: { readonly data: string }): string => {
    const text = jsonArrayText(frame, count);
    count += 1;
    return text;
  };
  return {
    contentType: 'application/json; charset=utf-8',
    write(event) {
      const step = geminiGenerateContentEncoder.encode(event, state);
      state = step.state;
      return { text: step.frames.map(entry).join(''), notices: step.notices };
    },
    end: () => jsonArrayEnd(count),
    fail: (error) => geminiGenerateContentEncoder.fail(error, state).map(entry).join('') + jsonArrayEnd(count),
  };
}
