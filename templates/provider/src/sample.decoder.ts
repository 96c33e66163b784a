import type { FinishReason, JsonObject, JsonValue, ServerSentEvent, StreamDecoder, StreamEvent, StreamState } from 'maestro-llm/contracts';
import { MaestroError } from 'maestro-llm/contracts';
import { failureFromReport, isRecord, jsonFrom } from 'maestro-llm/kit';

import { providerId } from './sample.calls.js';
import { sampleChat } from './sample.request.js';

/** What must be remembered from one event to the next. */
interface SampleState extends StreamState {
  /** The parts of the answer so far, each by what it is. */
  readonly parts: readonly string[];
  readonly isEnded: boolean;
}

export function isSampleState(state: StreamState | undefined): state is SampleState {
  return state?.dialect === sampleChat;
}

const beginning: SampleState = { dialect: sampleChat, parts: [], isEnded: false };

const reasons: Readonly<Record<string, FinishReason>> = { stop: 'stop', length: 'length', calls: 'tool-calls', refusal: 'content-filter' };

/** The wire: one JSON object an event, `{ type: begin | thought | text | call | arguments | called | end | error, … }`. */
export const sampleDecoder: StreamDecoder<SampleState> = {
  decode({ data }: ServerSentEvent, state = beginning) {
    const wire = jsonFrom(data);
    if (!isRecord(wire)) throw new MaestroError('upstream.malformed', { provider: providerId, problem: 'an event is no JSON object' });
    if (wire['type'] === 'error') throw failureFromReport(providerId, wire);
    const parts = partsWith(state.parts, kindOf(wire));
    return {
      events: eventsFrom(wire, parts.length - 1),
      state: { ...state, parts, isEnded: state.isEnded || wire['type'] === 'end' },
    };
  },

  /** The wire's terminal marker is `end`: a body that stops before it is not whole. */
  end(state = beginning) {
    if (!state.isEnded) throw new MaestroError('upstream.truncated', { provider: providerId });
    return [];
  },
};

type Wire = Readonly<Record<string, unknown>>;

/** `undefined` for what is no part of the answer. */
function kindOf(wire: Wire): string | undefined {
  if (wire['type'] === 'text' || wire['type'] === 'thought') return wire['type'];
  return wire['type'] === 'call' ? `call ${textIn(wire, 'id')}` : undefined;
}

function partsWith(parts: readonly string[], kind: string | undefined): readonly string[] {
  return kind === undefined || parts.at(-1) === kind ? parts : [...parts, kind];
}

function eventsFrom(wire: Wire, part: number): readonly StreamEvent[] {
  switch (wire['type']) {
    case 'begin':
      return [{ type: 'message-start', id: textIn(wire, 'id'), model: textIn(wire, 'model') }];
    case 'text':
      return [{ type: 'text-delta', part, text: textIn(wire, 'text') }];
    case 'thought':
      return [{ type: 'reasoning-delta', part, text: textIn(wire, 'text') }];
    case 'call':
      return [{ type: 'tool-call-start', part, callId: textIn(wire, 'id'), name: textIn(wire, 'name') }];
    case 'arguments':
      return [{ type: 'tool-call-delta', callId: textIn(wire, 'id'), json: textIn(wire, 'json') }];
    case 'called':
      return [{ type: 'tool-call-end', callId: textIn(wire, 'id') }];
    case 'end':
      return [messageEnd(wire)];
    default:
      // What nobody knows yet is handed on, and is no failure.
      return [{ type: 'provider-event', name: textIn(wire, 'type'), data: wire as JsonObject }];
  }
}

function messageEnd(wire: Wire): StreamEvent {
  const providerReason = textIn(wire, 'reason');
  const [input, output] = [wire['input'], wire['output']];
  const usage = { ...(typeof input === 'number' && { input }), ...(typeof output === 'number' && { output }) };
  return { type: 'message-end', reason: reasons[providerReason] ?? 'other', providerReason, usage };
}

function textIn(wire: Wire, name: string): string {
  const value = wire[name] as JsonValue | undefined;
  return typeof value === 'string' ? value : '';
}
