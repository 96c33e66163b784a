import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import type { ChatAnswer } from '../../contracts/stream-event.js';
import { eventsOfAnswer } from '../../kit/answer-events.js';
import { isRecord } from '../../kit/read-body.js';
import { wordOfFinish } from './finish-reason.js';
import type { ChatAnswerOptions, ChatEncoderState } from './encoder-state.js';
import { freshState } from './encoder-state.js';
import { additionOf, unsaidUsage } from './stream-encoder.js';
import { usageToWire } from './usage-encoder.js';

export interface EncodedAnswer {
  readonly body: JsonObject;
  /** What the answer says and the wire cannot. */
  readonly notices: readonly string[];
}

/** A whole Chat Completions answer: what the deltas of its stream add up to. */
export function encodeChatAnswer(answer: ChatAnswer, options: ChatAnswerOptions): EncodedAnswer {
  let state: ChatEncoderState = freshState;
  let message: JsonObject = { role: 'assistant', content: null, refusal: null };
  const notices: string[] = [];
  for (const event of eventsOfAnswer(answer)) {
    if (event.type === 'message-end') continue;
    const addition = additionOf(event, state, options);
    state = { ...state, ...addition.state };
    notices.push(...(addition.notices ?? []));
    if (event.type !== 'message-start' && addition.delta !== undefined) message = added(message, addition.delta);
  }
  const calls = message['tool_calls'];
  if (isList(calls)) message = { ...message, tool_calls: calls.map(withoutIndex) };
  const { usage, reason, providerReason, model } = answer;
  const choice = { index: 0, message, logprobs: null, finish_reason: wordOfFinish(reason, providerReason) };
  const body = { id: state.id, object: 'chat.completion', created: options.created, model, choices: [choice] };
  return {
    body: { ...body, ...(usage !== undefined && { usage: usageToWire(usage) }) },
    notices: [...notices, ...unsaidUsage(usage)],
  };
}

/** Texts grow, lists take their entries by index, or at their end where those have none. */
function added(whole: JsonObject, delta: JsonObject): JsonObject {
  return Object.entries(delta).reduce<JsonObject>((sum, [name, value]) => ({ ...sum, [name]: grown(sum[name], value, name) }), whole);
}

function grown(before: JsonValue | undefined, value: JsonValue, name: string): JsonValue {
  if (typeof before === 'string' && typeof value === 'string') return fixed.has(name) ? value : before + value;
  if (isRecord(before) && isRecord(value)) return added(before, value);
  if (!isList(value)) return value;
  return value.reduce<readonly JsonValue[]>((list, entry) => withEntry(list, entry), isList(before) ? before : []);
}

/** Fields that are said once and do not grow. */
const fixed: ReadonlySet<string> = new Set(['id', 'type', 'name', 'role']);

function withEntry(list: readonly JsonValue[], entry: JsonValue): readonly JsonValue[] {
  if (!isObject(entry) || typeof entry['index'] !== 'number') return [...list, entry];
  const { index, type } = entry;
  const at = list.findIndex((known) => isObject(known) && known['index'] === index && (type === undefined || known['type'] === type));
  const known = list[at];
  return isObject(known) ? list.with(at, added(known, entry)) : [...list, entry];
}

/** Only pieces of calls are numbered. */
function withoutIndex(call: JsonValue): JsonValue {
  if (!isObject(call)) return call;
  const { index: _index, ...whole } = call;
  return whole;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return isRecord(value);
}
