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
  if (call?.input === undefined) return { delta: { tool_calls: [{ index, function: { arguments: json } }] } };
  const { text, input } = readInput(call.input, json);
  return { ...(text !== '' && { delta: textDelta(index, text) }), state: { calls: calls.with(index, { ...call, input }) } };
}

export function encodeCallEnd({ callId, providerData }: ToolCallEnd, { calls }: ChatEncoderState): Addition {
  const index = calls.findLastIndex((call) => call.callId === callId);
  const input = calls[index]?.input;
  const rest = input === undefined ? '' : restOfInput(input);
  const details = detailsOfCall(callId, providerData);
  if (rest === '' && details.length === 0) return {};
  return { delta: { ...(rest !== '' && textDelta(index, rest)), ...(details.length > 0 && { reasoning_details: details }) } };
}

function textDelta(index: number, input: string): JsonObject {
  return { tool_calls: [{ index, custom: { input } }] };
}
