import type { JsonValue } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamDecoder } from '../../contracts/behaviours/stream-decoder.js';
import type { StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent } from '../../contracts/wire-request.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { asJson, listIn, numberIn, recordIn, textIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import type { OpenBlock } from './blocks.js';
import { continueBlock, startBlock, stopBlock } from './blocks.js';
import { anthropicMessagesReport } from './errors.js';
import type { TokenCounts } from './usage.js';
import { countsAfter, reasonFrom, usageFrom } from './usage.js';
import { anthropicMessages } from './wire.js';

export interface MessagesState extends StreamState {
  readonly dialect: typeof anthropicMessages;
  readonly phase: 'before' | 'within' | 'after';
  /** By the wire's block index. */
  readonly blocks: ReadonlyMap<number, OpenBlock>;
  readonly nextPart: number;
  /** The provider's tools by call id, for their results. */
  readonly toolNames: ReadonlyMap<string, string>;
  readonly counts: TokenCounts;
  readonly stopReason?: string;
}

export function isMessagesState(state: StreamState | undefined): state is MessagesState {
  return state?.dialect === anthropicMessages;
}

type Step = StreamStep<MessagesState>;

const start: MessagesState = {
  dialect: anthropicMessages,
  phase: 'before',
  blocks: new Map(),
  nextPart: 0,
  toolNames: new Map(),
  counts: {},
};

/**
 * Reads a streamed answer of the Messages wire. Server tools, compaction and model fallbacks arrive as `server-tool` events whose
 * `data` is the block as it came; what has no place of its own among our events (stop details, containers) as `provider-event`.
 */
export function anthropicMessagesDecoder(provider: string): StreamDecoder<MessagesState> {
  return {
    decode: (event, state = start) => decoded(provider, event, state),
    end(state) {
      if (state?.phase === 'after') return [];
      throw new MaestroError('upstream.truncated', { provider });
    },
    stray(text) {
      const report = jsonFrom(text);
      if (isRecord(report) && isRecord(report['error'])) throw anthropicMessagesReport(provider, report);
    },
  };
}

function decoded(provider: string, event: ServerSentEvent, state: MessagesState): Step {
  // Nothing may follow `message-end`; proxies add a `[DONE]` that is not of this wire.
  if (state.phase === 'after' || event.data === '[DONE]') return unchanged(state);
  const value = jsonFrom(event.data);
  if (!isRecord(value)) throw malformed(provider, 'an event is no JSON object');
  const type = textIn(value, 'type') ?? event.event ?? 'unknown';
  if (type === 'ping') return unchanged(state);
  if (type === 'error') throw anthropicMessagesReport(provider, value);
  if (type === 'message_start') return messageStarted(provider, value, state);
  if (state.phase === 'before') throw malformed(provider, `${printable(type)} came before message_start`);
  switch (type) {
    case 'content_block_start':
      return blockStarted(indexOf(value), recordIn(value, 'content_block'), state);
    case 'content_block_delta':
      return blockContinued(indexOf(value), recordIn(value, 'delta'), state);
    case 'content_block_stop':
      return blockStopped(indexOf(value), state);
    case 'message_delta':
      return messageContinued(value, state);
    case 'message_stop':
      return { events: [endOf(state)], state: { ...state, phase: 'after' } };
    default:
      return { events: [{ type: 'provider-event', name: type, data: asJson(value) }], state };
  }
}

function messageStarted(provider: string, event: JsonRecord, state: MessagesState): Step {
  // Two messages spliced into one body must not be read as one.
  if (state.phase !== 'before') throw malformed(provider, 'a second message_start');
  const message = recordIn(event, 'message');
  const id = textIn(message, 'id');
  const begun = withCounts({ ...state, phase: 'within' }, message);
  const opening: StreamEvent[] = [
    { type: 'message-start', ...(id !== undefined && { id }), model: textIn(message, 'model') ?? '' },
    ...usageEvents(begun),
    ...detailEvents('message_start', message, message),
  ];
  // Answers that went on from running code come whole inside the start.
  const content = listIn(message, 'content').filter(isRecord);
  return content.reduce<Step>((step, block) => after(step, (before) => wholeBlock(block, before)), { events: opening, state: begun });
}

/** -1 is no index of the wire: the block is gone from the table before another one can meet it. */
function wholeBlock(block: JsonRecord, state: MessagesState): Step {
  return after(blockStarted(-1, block, state), (started) => blockStopped(-1, started));
}

function blockStarted(index: number, block: JsonRecord, state: MessagesState): Step {
  const { events, block: opened } = startBlock(block, state.nextPart, state.toolNames);
  return {
    events,
    state: {
      ...state,
      blocks: new Map(state.blocks).set(index, opened),
      nextPart: state.nextPart + 1,
      ...(opened.kind === 'server-tool' && { toolNames: new Map(state.toolNames).set(opened.callId, opened.name) }),
    },
  };
}

function blockContinued(index: number, delta: JsonRecord, state: MessagesState): Step {
  const open = state.blocks.get(index) ?? impliedBlock(delta, state.nextPart);
  const { events, block } = continueBlock(open, delta);
  // Deltas of text, which are most, leave the state as it is.
  if (state.blocks.get(index) === block) return { events, state };
  const nextPart = state.blocks.has(index) ? state.nextPart : state.nextPart + 1;
  return { events, state: { ...state, nextPart, blocks: new Map(state.blocks).set(index, block) } };
}

/** Some gateways leave the start of a block out; its deltas say enough of what it is. */
function impliedBlock(delta: JsonRecord, part: number): OpenBlock {
  const type = textIn(delta, 'type');
  if (type === 'text_delta') return { kind: 'text', part };
  return type === 'thinking_delta' ? { kind: 'reasoning', part } : { kind: 'other' };
}

function blockStopped(index: number, state: MessagesState): Step {
  const open = state.blocks.get(index);
  if (open === undefined) return unchanged(state);
  const blocks = new Map(state.blocks);
  blocks.delete(index);
  return { events: stopBlock(open), state: { ...state, blocks } };
}

function messageContinued(event: JsonRecord, state: MessagesState): Step {
  const delta = recordIn(event, 'delta');
  const next = withCounts(withStop(state, delta), event);
  return { events: [...usageEvents(next), ...detailEvents('message_delta', { ...event, ...delta }, event)], state: next };
}

function withStop(state: MessagesState, { stop_reason: stopReason }: JsonRecord): MessagesState {
  return typeof stopReason === 'string' ? { ...state, stopReason } : state;
}

function withCounts(state: MessagesState, holder: JsonRecord): MessagesState {
  return { ...withStop(state, holder), counts: countsAfter(state.counts, recordIn(holder, 'usage')) };
}

function usageEvents({ counts }: MessagesState): readonly StreamEvent[] {
  const usage = usageFrom(counts);
  return usage === undefined ? [] : [{ type: 'usage', ...usage }];
}

const details = ['stop_sequence', 'stop_details', 'container', 'context_management'];
const usageDetails = ['server_tool_use', 'iterations', 'service_tier', 'inference_geo', 'cache_creation'];

/** What the wire says of a message and our events have no field for; a container's id, for one, goes into the next request. */
function detailEvents(name: string, holder: JsonRecord, usageHolder: JsonRecord): readonly StreamEvent[] {
  const usage = picked(recordIn(usageHolder, 'usage'), usageDetails);
  const data = { ...picked(holder, details), ...(Object.keys(usage).length > 0 && { usage }) };
  return Object.keys(data).length === 0 ? [] : [{ type: 'provider-event', name, data }];
}

function picked(record: JsonRecord, names: readonly string[]): Readonly<Record<string, JsonValue>> {
  const told = names.filter((name) => record[name] !== undefined && record[name] !== null);
  return Object.fromEntries(told.map((name) => [name, asJson(record[name])]));
}

function endOf({ stopReason, counts }: MessagesState): StreamEvent {
  const usage = usageFrom(counts);
  return {
    type: 'message-end',
    reason: reasonFrom(stopReason),
    ...(stopReason !== undefined && { providerReason: stopReason }),
    ...(usage !== undefined && { usage }),
  };
}

function after(step: Step, next: (state: MessagesState) => Step): Step {
  const { events, state } = next(step.state);
  return { events: [...step.events, ...events], state };
}

function unchanged(state: MessagesState): Step {
  return { events: [], state };
}

function indexOf(event: JsonRecord): number {
  return numberIn(event, 'index') ?? 0;
}

function malformed(provider: string, problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider, problem });
}

/** A name of the wire, cut and cleaned: an error must not carry what an upstream wrote at length. */
function printable(type: string): string {
  return type.replace(/[^\w.-]/g, '?').slice(0, 60);
}
