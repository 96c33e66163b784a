import type { StreamDecoder } from '../../contracts/behaviours/stream-decoder.js';
import type { StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ServerSentEvent } from '../../contracts/wire-request.js';
import { isCutShort } from '../../kit/cut-short.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { asJson, recordIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { failureFromEvent, failureFromResponse, failureInStrayText, malformed } from './errors.js';
import { finishFrom } from './finish-reason.js';
import { completeItem, decodeArgumentsDelta, decodeArgumentsDone, decodeItemAdded, decodeItemDone, endOpenCalls, isCall } from './items.js';
import type { EventReader } from './parts.js';
import {
  decodeAnnotation,
  decodeAudioDelta,
  decodeRefusalDelta,
  decodeRefusalDone,
  decodeTextDelta,
  decodeTextDone,
  decodeTranscriptDelta,
} from './parts.js';
import { decodeSummaryDelta, decodeSummaryDone, decodeThoughtDelta, decodeThoughtDone, withCarried } from './reasoning.js';
import type { Events, ResponsesState } from './stream-state.js';
import { freshState, itemKeyOf } from './stream-state.js';
import { usageOf } from './usage.js';
import { recordsIn, wordsIn } from './wire.js';

/** Reads a streamed Responses answer. */
export function openAiResponsesDecoder(provider: string): StreamDecoder<ResponsesState> {
  return {
    decode: (event, state) => decode(provider, event, state ?? freshState),
    end: (state) => {
      if (state?.isEnded === true) return [];
      throw new MaestroError('upstream.truncated', { provider });
    },
    stray: (text) => {
      const failure = failureInStrayText(provider, text);
      if (failure !== undefined) throw failure;
    },
  };
}

/** Said already by other events: by their deltas before, or by the whole item after. */
const nothingNew: EventReader = (state) => state;

const readers: ReadonlyMap<string, EventReader> = new Map<string, EventReader>([
  ['response.created', nothingNew],
  ['response.queued', nothingNew],
  ['response.in_progress', nothingNew],
  ['response.output_item.added', decodeItemAdded],
  ['response.output_item.done', decodeItemDone],
  ['response.content_part.added', nothingNew],
  ['response.content_part.done', nothingNew],
  ['response.output_text.delta', decodeTextDelta],
  ['response.output_text.done', decodeTextDone],
  ['response.output_text.annotation.added', decodeAnnotation],
  ['response.refusal.delta', decodeRefusalDelta],
  ['response.refusal.done', decodeRefusalDone],
  ['response.reasoning_summary_part.added', nothingNew],
  ['response.reasoning_summary_part.done', nothingNew],
  ['response.reasoning_summary_text.delta', decodeSummaryDelta],
  ['response.reasoning_summary_text.done', decodeSummaryDone],
  ['response.reasoning_text.delta', decodeThoughtDelta],
  ['response.reasoning_text.done', decodeThoughtDone],
  ['response.function_call_arguments.delta', decodeArgumentsDelta],
  ['response.function_call_arguments.done', decodeArgumentsDone],
  ['response.custom_tool_call_input.delta', decodeArgumentsDelta],
  ['response.custom_tool_call_input.done', decodeArgumentsDone],
  ['response.audio.delta', decodeAudioDelta],
  ['response.audio.done', nothingNew],
  ['response.audio.transcript.delta', decodeTranscriptDelta],
  ['response.audio.transcript.done', nothingNew],
  ['response.completed', decodeEnd],
  ['response.incomplete', decodeEnd],
  ['response.cancelled', decodeEnd],
]);

const none: JsonRecord = {};

function decode(provider: string, wireEvent: ServerSentEvent, state: ResponsesState): StreamStep<ResponsesState> {
  const data = wireEvent.data.trim();
  // Nothing follows the end but a mark that other wires use.
  if (state.isEnded || data === '' || data.startsWith('[DONE]')) return { events: [], state };
  const event = jsonFrom(data);
  if (!isRecord(event)) throw malformed(provider, 'an event is no JSON object');
  // Some servers leave the type out of the data and rely on the name of the event.
  const type = wordsIn(event, 'type') ?? wireEvent.event ?? '';
  if (type === 'error' || (type === '' && isRecord(event['error']))) throw failureFromEvent(provider, event);
  const response = isRecord(event['response']) ? event['response'] : none;
  if (type === 'response.failed' || response['status'] === 'failed') throw failureFromResponse(provider, response);
  const events: Events = [];
  const started = start(state, events, response);
  const read = readers.get(type);
  if (read !== undefined) return { events, state: read(started, events, event) };
  pushStranger(started, events, type, event);
  return { events, state: started };
}

function start(state: ResponsesState, events: Events, response: JsonRecord): ResponsesState {
  if (state.isStarted) return state;
  const id = wordsIn(response, 'id');
  events.push({ type: 'message-start', ...(id !== undefined && { id }), model: wordsIn(response, 'model') ?? '' });
  return { ...state, isStarted: true };
}

/** Tools of the provider have events of many kinds, and more each month; all tell of an item that is known. */
function pushStranger({ items }: ResponsesState, events: Events, type: string, event: JsonRecord): void {
  const item = items[itemKeyOf(event)];
  if (item?.kind === 'server-tool') {
    const data = asJson({ ...event, type });
    events.push({ type: 'server-tool', callId: item.callId, name: item.name, phase: 'delta', data });
    return;
  }
  events.push({ type: 'provider-event', name: type === '' ? 'unknown' : type, data: asJson(event) });
}

function decodeEnd(before: ResponsesState, events: Events, event: JsonRecord): ResponsesState {
  const response = recordIn(event, 'response');
  const output = recordsIn(response, 'output');
  const state = completeItems(withCarried(before, output), events, output);
  const finish = finishFrom(response, Object.values(state.items).some(isCall));
  endOpenCalls(state, events, isCutShort(finish.reason));
  const usage = usageOf(response);
  events.push({ type: 'message-end', ...finish, ...(usage !== undefined && { usage }) });
  return { ...state, isEnded: true };
}

/**
 * The items whose own end never came. A response that was not streamed, as a whole answer, says everything here; otherwise an
 * item is known by its id: where vendors leave some out of the list, its place tells nothing.
 */
function completeItems(before: ResponsesState, events: Events, output: readonly JsonRecord[]): ResponsesState {
  if (before.partCount === 0 && Object.keys(before.items).length === 0) {
    return output.reduce((state, item, at) => completeItem(state, events, String(at), item), before);
  }
  return Object.entries(before.items).reduce((state, [key, { id, isDone }]) => {
    const item = isDone || id === undefined ? undefined : output.find((candidate) => candidate['id'] === id);
    return item === undefined ? state : completeItem(state, events, key, item);
  }, before);
}
