import type { JsonObject } from '../../contracts/chat.js';
import type { ChatAnswer } from '../../contracts/stream-event.js';
import { eventsOfAnswer } from '../../kit/answer-events.js';
import { asJson, recordIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import type { ResponsesAnswerOptions, ResponsesEncoderState } from './encoder-state.js';
import { openAiResponsesEncoder } from './stream-encoder.js';

export interface EncodedAnswer {
  readonly body: JsonObject;
  /** What the answer says and the wire cannot, as in `EncodedStep`. */
  readonly notices: readonly string[];
}

/** A whole answer: what the last event of its stream holds. */
export function encodeResponsesAnswer(answer: ChatAnswer, options: ResponsesAnswerOptions): EncodedAnswer {
  const encoder = openAiResponsesEncoder(options);
  let state: ResponsesEncoderState | undefined;
  let last: unknown;
  const notices: string[] = [];
  for (const event of eventsOfAnswer(answer)) {
    const step = encoder.encode(event, state);
    state = step.state;
    notices.push(...step.notices);
    last = step.frames.at(-1)?.data ?? last;
  }
  const end = typeof last === 'string' ? jsonFrom(last) : undefined;
  return { body: asJson(recordIn(isRecord(end) ? end : {}, 'response')), notices };
}
