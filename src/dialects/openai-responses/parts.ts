import type { JsonValue } from '../../contracts/chat.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { asJson, listIn, numberIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import type { Events, ResponsesState } from './stream-state.js';
import { itemKeyOf, partAt, withPart } from './stream-state.js';
import { recordsIn, wordsIn } from './wire.js';

/** Reads an event of its kind. */
export type EventReader = (state: ResponsesState, events: Events, event: JsonRecord) => ResponsesState;

type TextKind = 'text' | 'refusal';

function textKey(kind: TextKind, item: string, content: number): string {
  return `${kind} ${item}:${String(content)}`;
}

function textKeyOf(kind: TextKind, event: JsonRecord): string {
  return textKey(kind, itemKeyOf(event), numberIn(event, 'content_index') ?? 0);
}

export const decodeTextDelta: EventReader = (state, events, event) => {
  const { output_index: output, content_index: content, delta: text, logprobs } = event;
  const { lastText } = state;
  const isPlain = typeof text === 'string' && text !== '' && !(Array.isArray(logprobs) && logprobs.length > 0);
  if (isPlain && lastText !== undefined && lastText.output === output && lastText.content === content) {
    events.push({ type: 'text-delta', part: lastText.part, text });
    return state;
  }
  const key = textKeyOf('text', event);
  const next = pushText(state, events, key, 'text', wordsIn(event, 'delta'), event);
  const part = next.parts[key]?.part;
  // Without an index it is the item's id that tells texts apart.
  return part === undefined || output === undefined ? next : { ...next, lastText: { output, content, part } };
};

export const decodeTextDone: EventReader = (state, events, event) =>
  fillText(state, events, textKeyOf('text', event), 'text', wordsIn(event, 'text'), event);

export const decodeRefusalDelta: EventReader = (state, events, event) =>
  pushText(state, events, textKeyOf('refusal', event), 'refusal', wordsIn(event, 'delta'), event);

export const decodeRefusalDone: EventReader = (state, events, event) =>
  fillText(state, events, textKeyOf('refusal', event), 'refusal', wordsIn(event, 'refusal'), event);

export const decodeAnnotation: EventReader = (state, events, event) =>
  isRecord(event['annotation']) ? pushCitation(state, events, textKeyOf('text', event), event['annotation']) : state;

export const decodeAudioDelta: EventReader = (state, events, event) => pushAudio(state, events, 'data', wordsIn(event, 'delta'));

export const decodeTranscriptDelta: EventReader = (state, events, event) => pushAudio(state, events, 'transcript', wordsIn(event, 'delta'));

/** A message that is whole: says what its deltas have not said. */
export function completeMessage(state: ResponsesState, events: Events, key: string, item: JsonRecord): ResponsesState {
  return recordsIn(item, 'content').reduce((current, content, at) => {
    if (content['type'] === 'refusal') {
      return fillText(current, events, textKey('refusal', key, at), 'refusal', wordsIn(content, 'refusal'), {});
    }
    const place = textKey('text', key, at);
    const filled = fillText(current, events, place, 'text', wordsIn(content, 'text'), content);
    const known = filled.parts[place]?.citations ?? 0;
    return recordsIn(content, 'annotations')
      .slice(known)
      .reduce((next, annotation) => pushCitation(next, events, place, annotation), filled);
  }, state);
}

function pushText(
  state: ResponsesState,
  events: Events,
  key: string,
  kind: TextKind,
  text: string | undefined,
  source: JsonRecord,
): ResponsesState {
  if (text === undefined) return state;
  const { open, state: numbered } = partAt(state, key);
  const { part } = open;
  const logprobs = kind === 'text' ? logprobsIn(source) : [];
  if (kind === 'refusal') events.push({ type: 'refusal-delta', part, text });
  else events.push(logprobs.length > 0 ? { type: 'text-delta', part, text, logprobs } : { type: 'text-delta', part, text });
  return open.hasText ? numbered : withPart(numbered, key, { ...open, hasText: true });
}

/** Some vendors send no deltas, or not for every part. */
function fillText(
  state: ResponsesState,
  events: Events,
  key: string,
  kind: TextKind,
  text: string | undefined,
  source: JsonRecord,
): ResponsesState {
  return state.parts[key]?.hasText === true ? state : pushText(state, events, key, kind, text, source);
}

function logprobsIn(source: JsonRecord): readonly JsonValue[] {
  return listIn(source, 'logprobs').map(asJson);
}

function pushCitation(state: ResponsesState, events: Events, key: string, annotation: JsonRecord): ResponsesState {
  const { open, state: numbered } = partAt(state, key);
  const url = wordsIn(annotation, 'url');
  const title = wordsIn(annotation, 'title') ?? wordsIn(annotation, 'filename');
  const start = numberIn(annotation, 'start_index') ?? numberIn(annotation, 'index');
  const end = numberIn(annotation, 'end_index');
  events.push({
    type: 'citation',
    part: open.part,
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    data: asJson(annotation),
  });
  return withPart(numbered, key, { ...open, citations: open.citations + 1 });
}

function pushAudio(state: ResponsesState, events: Events, field: 'data' | 'transcript', value: string | undefined): ResponsesState {
  if (value === undefined) return state;
  const { open, state: numbered } = partAt(state, 'audio');
  events.push({ type: 'audio-delta', part: open.part, [field]: value });
  return numbered;
}
