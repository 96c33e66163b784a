import type { JsonValue } from '../../contracts/chat.js';
import { carriedFrom } from '../../kit/carried.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { asJson, listIn, numberIn, recordIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import type { Thought } from './reasoning-details.js';
import type { ChatState, Events } from './stream-state.js';
import { nextPart, partOf, withProviderData } from './stream-state.js';
import { recordsIn, wordsIn } from './wire.js';

/** What a delta says beside tool calls. A whole message has the same fields. */
export function decodeDelta(state: ChatState, events: Events, delta: JsonRecord, logprobs: unknown): ChatState {
  let next = decodeReasoning(state, events, delta);
  next = decodeContent(next, events, delta['content'], logprobsIn(logprobs));
  const refusal = wordsIn(delta, 'refusal');
  if (refusal !== undefined) {
    const { part, state: numbered } = partOf(next, 'refusal');
    events.push({ type: 'refusal-delta', part, text: refusal });
    next = numbered;
  }
  if (isRecord(delta['audio'])) next = decodeAudio(next, events, delta['audio']);
  for (const annotation of recordsIn(delta, 'annotations')) next = decodeAnnotation(next, events, annotation);
  for (const image of recordsIn(delta, 'images')) next = decodeImage(next, events, image);
  return next;
}

function logprobsIn(logprobs: unknown): readonly JsonValue[] {
  return isRecord(logprobs) ? listIn(logprobs, 'content').map(asJson) : [];
}

/** A text, or a list of typed parts. */
function decodeContent(state: ChatState, events: Events, content: unknown, logprobs: readonly JsonValue[]): ChatState {
  if (typeof content === 'string') return pushText(state, events, content, logprobs);
  if (!Array.isArray(content)) return state;
  return content.reduce<ChatState>((current, part: unknown) => {
    if (typeof part === 'string') return pushText(current, events, part, []);
    if (!isRecord(part)) return current;
    if (part['type'] === 'thinking') return pushReasoning(current, events, 0, thinkingIn(part));
    if (part['type'] === 'image_url') return decodeImage(current, events, part);
    const text = wordsIn(part, 'text');
    if (text !== undefined) return pushText(current, events, text, []);
    events.push({ type: 'provider-event', name: wordsIn(part, 'type') ?? 'content', data: asJson(part) });
    return current;
  }, state);
}

function thinkingIn(part: JsonRecord): { readonly text?: string } {
  const thinking = part['thinking'];
  const text =
    typeof thinking === 'string'
      ? thinking
      : recordsIn(part, 'thinking')
          .map((piece) => wordsIn(piece, 'text') ?? '')
          .join('');
  return text === '' ? {} : { text };
}

function pushText(state: ChatState, events: Events, text: string, logprobs: readonly JsonValue[]): ChatState {
  if (text === '' && logprobs.length === 0) return state;
  const { part, state: numbered } = partOf(state, 'text');
  events.push(logprobs.length > 0 ? { type: 'text-delta', part, text, logprobs } : { type: 'text-delta', part, text });
  return numbered;
}

/**
 * What a model thought is no part of the wire as it was published; vendors agree on `reasoning_content` or `reasoning`, and
 * on `reasoning_details` for what has to be sent back.
 */
function decodeReasoning(state: ChatState, events: Events, delta: JsonRecord): ChatState {
  const details = recordsIn(delta, 'reasoning_details');
  const text = wordsIn(delta, 'reasoning_content') ?? wordsIn(delta, 'reasoning');
  const [first = {}] = details;
  const next = text === undefined ? state : pushReasoning(state, events, blockOf(first), { text, ...idOf(first) });
  // The words stand in the details a second time where the plain field has them.
  return details.reduce((current, detail) => decodeDetail(current, events, detail, text === undefined), next);
}

function decodeDetail(state: ChatState, events: Events, detail: JsonRecord, isAlone: boolean): ChatState {
  const encrypted = detail['type'] === 'reasoning.encrypted' ? wordsIn(detail, 'data') : undefined;
  const carried = encrypted === undefined ? undefined : carriedFrom(encrypted);
  if (carried?.callId !== undefined) return withProviderData(state, carried.callId, carried.providerData ?? {});
  const words = wordsIn(detail, 'text') ?? wordsIn(detail, 'summary');
  const signature = wordsIn(detail, 'signature');
  const own = isAlone ? words : undefined;
  if (own === undefined && words !== undefined && signature === undefined) return state;
  return pushReasoning(state, events, blockOf(detail), {
    ...(own !== undefined && { text: own }),
    ...(signature !== undefined && { signature }),
    ...(encrypted !== undefined && { encrypted }),
    ...idOf(detail),
  });
}

function idOf(detail: JsonRecord): { readonly id?: string } {
  const id = wordsIn(detail, 'id');
  return id === undefined ? {} : { id };
}

function blockOf(detail: JsonRecord): number {
  return numberIn(detail, 'index') ?? 0;
}

function pushReasoning(state: ChatState, events: Events, block: number, thought: Thought): ChatState {
  if (Object.keys(thought).length === 0) return state;
  const { part, state: numbered } = partOf(state, `reasoning ${String(block)}`);
  events.push({ type: 'reasoning-delta', part, ...thought });
  return numbered;
}

function decodeAudio(state: ChatState, events: Events, audio: JsonRecord): ChatState {
  const data = wordsIn(audio, 'data');
  const transcript = wordsIn(audio, 'transcript');
  if (data === undefined && transcript === undefined) return state;
  const { part, state: numbered } = partOf(state, 'audio');
  events.push({ type: 'audio-delta', part, ...(data !== undefined && { data }), ...(transcript !== undefined && { transcript }) });
  return numbered;
}

function decodeAnnotation(state: ChatState, events: Events, annotation: JsonRecord): ChatState {
  const citation = annotation['url_citation'];
  if (!isRecord(citation)) {
    events.push({ type: 'provider-event', name: wordsIn(annotation, 'type') ?? 'annotation', data: asJson(annotation) });
    return state;
  }
  const { part, state: numbered } = partOf(state, 'text');
  const url = wordsIn(citation, 'url');
  const title = wordsIn(citation, 'title');
  const start = numberIn(citation, 'start_index');
  const end = numberIn(citation, 'end_index');
  events.push({
    type: 'citation',
    part,
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    data: asJson(annotation),
  });
  return numbered;
}

function decodeImage(state: ChatState, events: Events, image: JsonRecord): ChatState {
  const url = wordsIn(recordIn(image, 'image_url'), 'url') ?? wordsIn(image, 'image_url');
  if (url === undefined) return state;
  const { part, state: numbered } = nextPart(state);
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  if (mediaType !== undefined && data !== undefined) events.push({ type: 'file', part, mediaType, data });
  else events.push({ type: 'file', part, mediaType: 'image/*', url });
  return numbered;
}
