import type { JsonObject } from '../../contracts/chat.js';
import type { ToolCallDelta, ToolCallEnd, ToolCallStart } from '../../contracts/stream-event.js';
import { freshInput, readInput, restOfInput } from '../../kit/custom-input.js';
import { detailsOfCall } from './reasoning-details.js';
import type { Addition, ChatEncoderState, OutgoingCall } from './encoder-state.js';

export function encodeCallStart({ callId, name }: ToolCallStart, { calls }: ChatEncoderState, customTools: ReadonlySet<string>): Addition {
  const isCustom = customTools.has(name);
  const body = isCustom
    ? { id: callId, type: 'custom', custom: { name, input: '' } }
    : { id: callId, type: 'function', function: { name, arguments: '' } };
  const call: OutgoingCall = { callId, ...(isCustom && { input: freshInput }) };
  return { delta: { tool_calls: [{ index: calls.length, ...body }] }, state: { calls: [...calls, call] } };
}

export function encodeCallPiece({ callId, json }: ToolCallDelta, { calls }: ChatEncoderState): Addition {
  const index = calls.findLastIndex((call) => call.callId === callId);
  const call = calls[index];
  if (call === undefined) return {};
  if (call.input === undefined) {
    const state = call.hasArguments === true ? undefined : { calls: calls.with(index, { ...call, hasArguments: true }) };
    return { delta: argumentsDelta(index, json), ...(state !== undefined && { state }) };
  }
  const { text, input } = readInput(call.input, json);
  return { ...(text !== '' && { delta: textDelta(index, text) }), state: { calls: calls.with(index, { ...call, input }) } };
}

export function encodeCallEnd({ callId, providerData }: ToolCallEnd, { calls }: ChatEncoderState): Addition {
  const index = calls.findLastIndex((call) => call.callId === callId);
  const call = calls[index];
  const details = detailsOfCall(callId, providerData);
  const delta = { ...(call !== undefined && restOf(call, index)), ...(details.length > 0 && { reasoning_details: details }) };
  return Object.keys(delta).length === 0 ? {} : { delta };
}

/** Clients read arguments as JSON, which no text at all is not. */
function restOf({ input, hasArguments }: OutgoingCall, index: number): JsonObject {
  if (input === undefined) return hasArguments === true ? {} : argumentsDelta(index, '{}');
  const rest = restOfInput(input);
  return rest === '' ? {} : textDelta(index, rest);
}

function argumentsDelta(index: number, json: string): JsonObject {
  return { tool_calls: [{ index, function: { arguments: json } }] };
}

function textDelta(index: number, input: string): JsonObject {
  return { tool_calls: [{ index, custom: { input } }] };
}
