import type { StreamEvent } from '../../contracts/stream-event.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { failureIn, malformed } from './errors.js';
import { decodeChunk, endOf } from './stream-decoder.js';
import { freshState } from './stream-state.js';
import { endToolCalls } from './tool-calls.js';
import { recordsIn } from './wire.js';

/**
 * The events that a whole answer amounts to. It is complete however it calls its end.
 *
 * @throws MaestroError what the answer reports instead, `upstream.malformed`
 */
export function eventsFromChatAnswer(provider: string, answer: unknown): readonly StreamEvent[] {
  if (!isRecord(answer)) throw malformed(provider, 'the answer is no JSON object');
  const failure = failureIn(provider, answer);
  if (failure !== undefined) throw failure;
  const choices = recordsIn(answer, 'choices');
  if (choices.length === 0) throw malformed(provider, 'the answer has no choice');
  const { events, state } = decodeChunk(freshState, { ...answer, choices: choices.map(asDelta) });
  const open: StreamEvent[] = [];
  endToolCalls(state, open, state.finish?.reason ?? 'other');
  return [...events, ...open, ...endOf(state)];
}

/** A message has the fields of a delta. */
function asDelta({ message, ...choice }: JsonRecord): JsonRecord {
  return { ...choice, delta: message };
}
