import type { JsonObject } from '../../contracts/chat.js';
import type { ToolCallDelta, ToolCallEnd, ToolCallStart } from '../../contracts/stream-event.js';
import { freshInput, readInput, restOfInput } from '../../kit/custom-input.js';
import type { OpenCall, Pen } from './encoder-state.js';
import { addItem, finishItem, write } from './encoder-state.js';
import { writeProviderData } from './thought-encoder.js';

export function writeCallStart(pen: Pen, { callId, name }: ToolCallStart): void {
  const isCustom = pen.options.customTools?.has(name) === true;
  const call = { id: `${isCustom ? 'ctc_' : 'fc_'}${callId}`, callId, name, text: '', ...(isCustom && { input: freshInput }) };
  const index = addItem(pen, itemOf(call, 'in_progress'));
  pen.state = { ...pen.state, calls: [...pen.state.calls, { ...call, index }] };
}

export function writeCallPiece(pen: Pen, { callId, json }: ToolCallDelta): void {
  const call = openCall(pen, callId);
  if (call === undefined) return;
  if (call.input === undefined) {
    grow(pen, call, json);
    return;
  }
  const { text, input } = readInput(call.input, json);
  grow(pen, { ...call, input }, text);
}

export function writeCallEnd(pen: Pen, { callId, providerData = {} }: ToolCallEnd): void {
  const call = openCall(pen, callId);
  if (call === undefined) return;
  const { type: _kind, namespace, caller, ...foreign } = providerData;
  // Ahead of the end of the call, so that a reader knows it by then.
  if (Object.keys(foreign).length > 0) writeProviderData(pen, callId, foreign);
  const rest = call.input === undefined ? '' : restOfInput(call.input);
  // Clients read arguments as JSON, which no text at all is not.
  grow(pen, call, call.input === undefined && call.text === '' ? '{}' : rest);
  const whole = openCall(pen, callId) ?? call;
  const place = placeOf(whole);
  if (whole.input === undefined) {
    write(pen, 'response.function_call_arguments.done', { ...place, name: whole.name, arguments: whole.text });
  } else {
    write(pen, 'response.custom_tool_call_input.done', { ...place, input: whole.text });
  }
  close(pen, whole, 'completed', { ...(namespace !== undefined && { namespace }), ...(caller !== undefined && { caller }) });
}

/** Calls that were cut off must not be run. */
export function finishCalls(pen: Pen): void {
  for (const call of pen.state.calls) close(pen, call, 'incomplete', {});
}

function openCall({ state }: Pen, callId: string): OpenCall | undefined {
  return state.calls.find((call) => call.callId === callId);
}

function grow(pen: Pen, call: OpenCall, text: string): void {
  const next = { ...call, text: call.text + text };
  pen.state = { ...pen.state, calls: pen.state.calls.map((open) => (open.callId === call.callId ? next : open)) };
  if (text === '') return;
  const type = call.input === undefined ? 'response.function_call_arguments.delta' : 'response.custom_tool_call_input.delta';
  write(pen, type, { ...placeOf(call), delta: text });
}

function close(pen: Pen, call: OpenCall, status: string, extra: JsonObject): void {
  pen.state = { ...pen.state, calls: pen.state.calls.filter(({ callId }) => callId !== call.callId) };
  finishItem(pen, call.index, { ...itemOf(call, status), ...extra });
}

function itemOf({ id, callId, name, text, input }: Omit<OpenCall, 'index'>, status: string): JsonObject {
  const called = { id, call_id: callId, name, status };
  return input === undefined ? { ...called, type: 'function_call', arguments: text } : { ...called, type: 'custom_tool_call', input: text };
}

function placeOf({ id, index }: OpenCall): JsonObject {
  return { item_id: id, output_index: index };
}
