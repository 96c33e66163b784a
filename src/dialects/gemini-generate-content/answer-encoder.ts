import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import type { ChatAnswer } from '../../contracts/stream-event.js';
import { eventsOfAnswer } from '../../kit/answer-events.js';
import { write } from './stream-encoder.js';
import { isJsonObject, recordAt, recordsAt } from './wire.js';
import { penFor } from './writing.js';

export interface EncodedAnswer {
  readonly body: JsonObject;
  /** What the answer says and the wire cannot, as in `EncodedStep`. */
  readonly notices: readonly string[];
}

/** A whole answer: the responses of its stream in one. */
export function encodeGenerateContentAnswer(answer: ChatAnswer): EncodedAnswer {
  const pen = penFor();
  for (const event of eventsOfAnswer(answer)) write(event, pen);
  return { body: pen.chunks.reduce(joined, {}), notices: pen.notices };
}

export function encodeGenerateContentTokenCount(tokens: number): JsonObject {
  return { totalTokens: tokens };
}

/** A later response adds parts and citations; of all else it replaces what it names. */
function joined(before: JsonObject, chunk: JsonObject): JsonObject {
  const [candidate] = recordsAt(chunk, 'candidates');
  if (candidate === undefined) return { ...before, ...chunk };
  const [first = {}] = recordsAt(before, 'candidates');
  const parts = [...partsOf(first), ...partsOf(candidate)];
  const citations = [...citationsOf(first), ...citationsOf(candidate)];
  const whole: JsonObject = {
    ...first,
    ...candidate,
    ...(parts.length > 0 && { content: { role: 'model', parts } }),
    ...(citations.length > 0 && { citationMetadata: { citations } }),
  };
  return { ...before, ...chunk, candidates: [whole] };
}

function partsOf(candidate: JsonObject): readonly JsonValue[] {
  return recordsAt(recordAt(candidate, 'content') ?? {}, 'parts').filter(isJsonObject);
}

function citationsOf(candidate: JsonObject): readonly JsonValue[] {
  return recordsAt(recordAt(candidate, 'citationMetadata') ?? {}, 'citations');
}
