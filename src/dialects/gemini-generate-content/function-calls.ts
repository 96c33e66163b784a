import type { JsonObject } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import { textIn } from '../../kit/json-fields.js';
import type { ArgumentLeaf } from './argument-path.js';
import { pathFrom } from './argument-path.js';
import { madeCallId } from './call-id.js';
import { closingText, noArguments, withLeaf } from './partial-arguments.js';
import type { GenerateContentState, OpenCall, Step } from './stream-state.js';
import { newPart, unchanged } from './stream-state.js';
import { recordAt, recordsAt } from './wire.js';

/** A call with a name begins; one without a name goes on with the open one. Without `willContinue` the call is complete. */
export function readFunctionCall(call: JsonObject, signature: string | undefined, state: GenerateContentState): Step {
  const name = textIn(call, 'name');
  if (name === undefined) return state.openCall === undefined ? strayCall(call, state) : goOn(call, signature, state);
  const closed = closeCall(state);
  const { part, state: begun } = newPart(closed.state);
  const wireId = textIn(call, 'id');
  const callId = wireId ?? madeCallId(state.responseId, state.calls);
  const start: StreamEvent = { type: 'tool-call-start', part, callId, name, ...(wireId !== undefined && { providerCallId: wireId }) };
  const openCall: OpenCall = { callId, providerData: {}, arguments: noArguments };
  const rest = goOn(call, signature, { ...begun, calls: state.calls + 1, openCall });
  return { events: [...closed.events, start, ...rest.events], state: rest.state };
}

/** Ends the open call, if there is one. `pending` are the last of its arguments. */
export function closeCall(state: GenerateContentState, pending = ''): Step {
  const { openCall, ...rest } = state;
  if (openCall === undefined) return unchanged(state);
  const closing = closingText(openCall.arguments);
  if (closing === undefined) throw unreadable(state, 'the arguments of a function call contradict each other');
  const { callId, providerData } = openCall;
  const hasData = Object.keys(providerData).length > 0;
  return {
    events: [
      { type: 'tool-call-delta', callId, json: pending + closing },
      { type: 'tool-call-end', callId, ...(hasData && { providerData }) },
    ],
    state: rest,
  };
}

function goOn(call: JsonObject, signature: string | undefined, state: GenerateContentState): Step {
  const { openCall } = state;
  if (openCall === undefined) return unchanged(state);
  let json = '';
  let partial = openCall.arguments;
  for (const leaf of leavesOf(call, state)) {
    const step = withLeaf(partial, leaf);
    json += step.json;
    partial = step.state;
  }
  const providerData = signature === undefined ? openCall.providerData : { ...openCall.providerData, thoughtSignature: signature };
  const next: GenerateContentState = { ...state, openCall: { ...openCall, providerData, arguments: partial } };
  if (call['willContinue'] !== true) return closeCall(next, json);
  return { events: json === '' ? [] : [{ type: 'tool-call-delta', callId: openCall.callId, json }], state: next };
}

function leavesOf(call: JsonObject, state: GenerateContentState): readonly ArgumentLeaf[] {
  const whole = Object.entries(recordAt(call, 'args') ?? {}).map(([name, value]) => ({ path: [name], value, isOpen: false }));
  return [...whole, ...recordsAt(call, 'partialArgs').map((piece) => leafFrom(piece, state))];
}

function leafFrom(piece: JsonObject, state: GenerateContentState): ArgumentLeaf {
  const path = pathFrom(textIn(piece, 'jsonPath') ?? '');
  if (path === undefined) throw unreadable(state, 'the path of a function call argument');
  const value = piece['stringValue'] ?? piece['numberValue'] ?? piece['boolValue'] ?? null;
  return { path, value, isOpen: piece['willContinue'] === true };
}

function strayCall(call: JsonObject, state: GenerateContentState): Step {
  const isEmpty = Object.keys(call).every((name) => name === 'willContinue');
  return isEmpty ? unchanged(state) : { events: [{ type: 'provider-event', name: 'functionCall', data: call }], state };
}

function unreadable({ provider }: GenerateContentState, problem: string): MaestroError {
  return new MaestroError('upstream.malformed', { provider, problem });
}
