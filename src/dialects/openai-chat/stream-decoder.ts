import type { StreamDecoder } from '../../contracts/behaviours/stream-decoder.js';
import type { StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { MessageEnd, StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent } from '../../contracts/wire-request.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { asJson, numberIn, recordIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { decodeDelta } from './delta.js';
import { failureIn, failureInStrayText, malformed } from './errors.js';
import { finishReasonFrom } from './finish-reason.js';
import type { ChatState, Events } from './stream-state.js';
import { freshState } from './stream-state.js';
import { decodeToolCalls, endToolCalls } from './tool-calls.js';
import { usageOf } from './usage.js';
import { doneMark, recordsIn, wordsIn } from './wire.js';

/** Reads a streamed Chat Completions answer, of whichever vendor. Of several choices the first is read. */
export function openAiChatDecoder(provider: string): StreamDecoder<ChatState> {
  return {
    decode: (event, state) => decode(provider, event, state ?? freshState),
    end: (state) => {
      if (state?.isEnded === true) return [];
      if (state === undefined || !isFinished(state)) throw new MaestroError('upstream.truncated', { provider });
      return endOf(state);
    },
    stray: (text) => {
      const failure = failureInStrayText(provider, text);
      if (failure !== undefined) throw failure;
    },
  };
}

/** A choice that finished says that the answer is whole, once each choice that was seen did. */
function isFinished(state: ChatState): boolean {
  return state.finish !== undefined && Object.values(state.choices).every(Boolean);
}

export function endOf(state: ChatState): readonly StreamEvent[] {
  const end: MessageEnd = {
    type: 'message-end',
    ...(state.finish ?? { reason: 'other' }),
    ...(state.usage !== undefined && { usage: state.usage }),
  };
  return [end];
}

function decode(provider: string, event: ServerSentEvent, state: ChatState): StreamStep<ChatState> {
  const data = event.data.trim();
  // Nothing follows the end but a second mark; a mark that was cut says nothing.
  const isNothing = data.length < doneMark.length && doneMark.startsWith(data);
  if (state.isEnded || isNothing) return { events: [], state };
  // Twice in one event where the first one's blank line is missing.
  if (data.startsWith(doneMark))
    return isFinished(state) ? { events: endOf(state), state: { ...state, isEnded: true } } : { events: [], state };
  const chunk = jsonFrom(data);
  if (!isRecord(chunk)) throw malformed(provider, 'an event is no JSON object');
  const failure = failureIn(provider, chunk, event.event);
  if (failure !== undefined) throw failure;
  return decodeChunk(state, chunk, event.event);
}

/** One chunk that is no failure. */
export function decodeChunk(before: ChatState, chunk: JsonRecord, eventName?: string): StreamStep<ChatState> {
  const events: Events = [];
  let state = start(before, events, chunk);
  const choices = recordsIn(chunk, 'choices');
  for (const choice of choices) state = decodeChoice(state, events, choice);
  const usage = usageOf(chunk);
  if (usage !== undefined) {
    events.push({ type: 'usage', ...usage });
    state = { ...state, usage };
  }
  const stranger = choices.length === 0 && usage === undefined ? strangerIn(chunk, eventName) : undefined;
  if (stranger !== undefined) events.push(stranger);
  return state.isStarted ? { events, state } : { events: [], state: { ...state, held: [...state.held, ...events] } };
}

/** An answer has a name from its first chunk on; what a vendor sends ahead of that waits for it. */
function start(state: ChatState, events: Events, chunk: JsonRecord): ChatState {
  if (state.isStarted) return state;
  const model = wordsIn(chunk, 'model');
  if (model === undefined && recordsIn(chunk, 'choices').length === 0) return state;
  const id = wordsIn(chunk, 'id');
  events.push({ type: 'message-start', ...(id !== undefined && { id }), model: model ?? '' }, ...state.held);
  return { ...state, isStarted: true, held: [], ...(id !== undefined && { id }) };
}

/** What is said of an answer beside its choices, such as a verdict over the prompt; or an event of no known kind. */
function strangerIn(chunk: JsonRecord, eventName: string | undefined): StreamEvent | undefined {
  const verdict = chunk['prompt_filter_results'];
  if (verdict !== undefined) return { type: 'provider-event', name: 'prompt_filter_results', data: asJson(verdict) };
  if (chunk['choices'] !== undefined) return undefined;
  const name = eventName ?? wordsIn(chunk, 'type') ?? wordsIn(chunk, 'object') ?? 'unknown';
  return { type: 'provider-event', name, data: asJson(chunk) };
}

function decodeChoice(before: ChatState, events: Events, choice: JsonRecord): ChatState {
  const index = numberIn(choice, 'index') ?? 0;
  const word = wordsIn(choice, 'finish_reason');
  let state = withChoice(before, index, word !== undefined);
  if (index !== 0) return state;
  const delta = recordIn(choice, 'delta');
  state = decodeDelta(state, events, delta, choice['logprobs']);
  state = decodeToolCalls(state, events, delta);
  if (word === undefined) return state;
  const reason = finishReasonFrom(word);
  return { ...endToolCalls(state, events, reason), finish: { reason, providerReason: word } };
}

/** A choice that finished stays so: vendors send a last, empty piece of it with the usage. */
function withChoice(state: ChatState, index: number, hasFinished: boolean): ChatState {
  if (state.choices[index] === true || state.choices[index] === hasFinished) return state;
  return { ...state, choices: { ...state.choices, [index]: hasFinished } };
}
