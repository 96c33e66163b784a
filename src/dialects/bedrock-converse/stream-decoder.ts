import type { StreamDecoder } from '../../contracts/behaviours/stream-decoder.js';
import type { StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { MessageEnd, StreamEvent, Usage } from '../../contracts/stream-event.js';
import type { ServerSentEvent } from '../../contracts/wire-request.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { asJson, numberIn, recordIn, textIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { converseReport } from './errors.js';
import { bedrockConverse } from './wire.js';

export interface ConverseState extends StreamState {
  readonly dialect: typeof bedrockConverse;
  readonly phase: 'before' | 'within' | 'stopped' | 'after';
  /** Part and, of a call, its id, by the wire's block index. */
  readonly blocks: ReadonlyMap<number, { readonly part: number; readonly callId?: string }>;
  readonly stopReason?: string;
}

export function isConverseState(state: StreamState | undefined): state is ConverseState {
  return state?.dialect === bedrockConverse;
}

type Step = StreamStep<ConverseState>;

const start: ConverseState = { dialect: bedrockConverse, phase: 'before', blocks: new Map() };

/**
 * Reads a streamed answer of the Converse wire. Its events are given by name (`messageStart`, …) with their payload as JSON, bytes
 * in base64; a name that ends in `Exception` is a failure. Usage follows the stop, so the end of the message waits for it.
 *
 * @param model as it was asked for: the wire does not tell
 */
export function bedrockConverseDecoder(provider: string, model = ''): StreamDecoder<ConverseState> {
  return {
    decode: (event, state = start) => decoded(provider, model, event, state),
    end(state) {
      if (state?.phase === 'after') return [];
      if (state?.phase === 'stopped') return [endOf(state, undefined)];
      throw new MaestroError('upstream.truncated', { provider });
    },
  };
}

function decoded(provider: string, model: string, { event: name = '', data }: ServerSentEvent, state: ConverseState): Step {
  const payload = jsonFrom(data);
  if (!isRecord(payload)) throw new MaestroError('upstream.malformed', { provider, problem: 'an event is no object' });
  if (name.endsWith('Exception')) throw converseReport(provider, name, payload);
  const begun: readonly StreamEvent[] = state.phase === 'before' ? [{ type: 'message-start', model }] : [];
  const within: ConverseState = state.phase === 'before' ? { ...state, phase: 'within' } : state;
  const { events, state: next } = stepOf(name, payload, within);
  return { events: [...begun, ...events], state: next };
}

function stepOf(name: string, payload: JsonRecord, state: ConverseState): Step {
  const index = numberIn(payload, 'contentBlockIndex') ?? 0;
  switch (name) {
    case 'messageStart':
      return { events: [], state };
    case 'contentBlockStart':
      return started(index, recordIn(recordIn(payload, 'start'), 'toolUse'), state);
    case 'contentBlockDelta':
      return continued(index, recordIn(payload, 'delta'), state);
    case 'contentBlockStop': {
      const callId = state.blocks.get(index)?.callId;
      return { events: callId === undefined ? [] : [{ type: 'tool-call-end', callId }], state };
    }
    case 'messageStop': {
      const extra = payload['additionalModelResponseFields'];
      const told: readonly StreamEvent[] = isRecord(extra)
        ? [{ type: 'provider-event', name: 'additionalModelResponseFields', data: asJson(extra) }]
        : [];
      return { events: told, state: { ...state, phase: 'stopped', stopReason: textIn(payload, 'stopReason') ?? '' } };
    }
    case 'metadata':
      return ended(recordIn(payload, 'usage'), state);
    default:
      return { events: [{ type: 'provider-event', name, data: asJson(payload) }], state };
  }
}

function started(index: number, toolUse: JsonRecord, state: ConverseState): Step {
  const [callId, name] = [textIn(toolUse, 'toolUseId'), textIn(toolUse, 'name')];
  const part = state.blocks.size;
  const isCall = callId !== undefined && name !== undefined;
  const blocks = new Map(state.blocks).set(index, { part, ...(isCall && { callId }) });
  return { events: isCall ? [{ type: 'tool-call-start', part, callId, name }] : [], state: { ...state, blocks } };
}

/** Only blocks of calls are announced; the others begin with their first delta. */
function continued(index: number, delta: JsonRecord, known: ConverseState): Step {
  const state = known.blocks.has(index) ? known : started(index, {}, known).state;
  const { part = 0, callId } = state.blocks.get(index) ?? {};
  const text = textIn(delta, 'text');
  if (text !== undefined) return { events: [{ type: 'text-delta', part, text }], state };
  const json = textIn(recordIn(delta, 'toolUse'), 'input');
  if (json !== undefined && callId !== undefined) return { events: [{ type: 'tool-call-delta', callId, json }], state };
  const thought = thoughtIn(recordIn(delta, 'reasoningContent'));
  if (thought !== undefined) return { events: [{ type: 'reasoning-delta', part, ...thought }], state };
  return { events: [{ type: 'provider-event', name: 'contentBlockDelta', data: asJson(delta) }], state };
}

function thoughtIn(content: JsonRecord): { readonly text?: string; readonly signature?: string; readonly encrypted?: string } | undefined {
  const [text, signature, encrypted] = [textIn(content, 'text'), textIn(content, 'signature'), textIn(content, 'redactedContent')];
  if (text === undefined && signature === undefined && encrypted === undefined) return undefined;
  return {
    ...(text !== undefined && { text }),
    ...(signature !== undefined && { signature }),
    ...(encrypted !== undefined && { encrypted }),
  };
}

function ended(counts: JsonRecord, state: ConverseState): Step {
  const usage = usageFrom(counts);
  // Before the stop it is a running count; nothing follows the end.
  if (state.phase !== 'stopped') return { events: state.phase === 'after' ? [] : [{ type: 'usage', ...usage }], state };
  return { events: [endOf(state, usage)], state: { ...state, phase: 'after' } };
}

/** The wire counts what came from a cache or went into one beside the rest of the input. */
function usageFrom(counts: JsonRecord): Usage {
  const [input, output] = [numberIn(counts, 'inputTokens'), numberIn(counts, 'outputTokens')];
  const [cacheRead, cacheWrite] = [numberIn(counts, 'cacheReadInputTokens'), numberIn(counts, 'cacheWriteInputTokens')];
  return {
    input: (input ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: output ?? 0,
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
  };
}

const reasons: Readonly<Record<string, MessageEnd['reason']>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  guardrail_intervened: 'content-filter',
  content_filtered: 'content-filter',
};

function endOf({ stopReason = '' }: ConverseState, usage: Usage | undefined): MessageEnd {
  return {
    type: 'message-end',
    reason: reasons[stopReason] ?? 'other',
    ...(stopReason !== '' && { providerReason: stopReason }),
    ...(usage !== undefined && { usage }),
  };
}
