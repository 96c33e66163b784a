import type { StreamEvent } from '../../contracts/stream-event.js';
import { jsonArrayDecoder } from '../../kit/json-array-decoder.js';
import type { WireTap } from '../../kit/wire-tap.js';
import { answerTap, streamTap } from '../../kit/wire-tap.js';
import { geminiGenerateContentDecoder } from './stream-decoder.js';

/** The events that a whole answer amounts to: a stream of one. @throws MaestroError what the answer reports instead, `upstream.*` */
function eventsFromGenerateContent(provider: string, answer: unknown): readonly StreamEvent[] {
  const decoder = geminiGenerateContentDecoder(provider);
  const { events, state } = decoder.decode({ data: JSON.stringify(answer) }, undefined);
  return [...events, ...decoder.end(state)];
}

/** Reads along with a body of JSON: one answer, or a stream as one array of them. What it is, its first character tells. */
export function jsonBodyTap(provider: string): WireTap {
  let tap: WireTap | undefined;
  return {
    read(bytes) {
      tap ??= tapFor(bytes, provider);
      return tap?.read(bytes) ?? [];
    },
    end: () => tap?.end() ?? { events: [], isTruncated: false },
  };
}

function tapFor(bytes: Uint8Array, provider: string): WireTap | undefined {
  const first = Buffer.from(bytes).toString('latin1').trimStart()[0];
  if (first === undefined) return undefined;
  return first === '['
    ? streamTap(geminiGenerateContentDecoder(provider), jsonArrayDecoder())
    : answerTap((answer) => eventsFromGenerateContent(provider, answer));
}
