import type { JsonObject, JsonValue } from '../../contracts/chat.js';
import type { FileEvent, ProviderEvent, ServerTool } from '../../contracts/stream-event.js';
import { isRecord } from '../../kit/read-body.js';
import type { Pen } from './encoder-state.js';
import { addItem, finishItem, itemId, write } from './encoder-state.js';

/** Items that stand for tools which the provider runs, and their like: each goes on as it came. */
const ownItems = /^(?:\w+_call(?:_output)?|mcp_\w+|tool_search_output|compaction|program(?:_output)?|[\w-]+:\w+)$/;

/** A run of a tool of another wire's provider has no item here. */
export function writeServerTool(pen: Pen, { callId, name, phase, data }: ServerTool): void {
  const index = pen.state.runs[callId];
  if (phase === 'delta') {
    if (index === undefined || !isEvent(data)) return;
    const { type, sequence_number: _sequence, ...fields } = data;
    write(pen, type, { ...fields, output_index: index });
    return;
  }
  if (!isItem(data)) {
    if (phase === 'start' || index !== undefined) pen.notices.push(`server-tool ${name}`);
    return;
  }
  // A run and what came of it can be two items.
  const key = `${callId} ${data.type}`;
  const place = pen.state.runs[key] ?? addItem(pen, data);
  pen.state = { ...pen.state, runs: { ...pen.state.runs, [callId]: place, [key]: place } };
  if (phase === 'result') finishItem(pen, place, data);
}

/** Pictures are what a tool of the wire makes; other files have no item. */
export function writeFile(pen: Pen, { mediaType, data }: FileEvent): void {
  if (!mediaType.startsWith('image/') || data === undefined) {
    pen.notices.push(`file ${mediaType}`);
    return;
  }
  const item = { id: itemId(pen.state, 'ig_'), type: 'image_generation_call' };
  const index = addItem(pen, { ...item, status: 'in_progress', result: null });
  finishItem(pen, index, { ...item, status: 'completed', result: data });
}

/** An event of this wire goes on as it came. */
export function writeProviderEvent(pen: Pen, { name, data }: ProviderEvent): void {
  if (!name.startsWith('response.') || !isObject(data)) {
    pen.notices.push(`provider-event ${name}`);
    return;
  }
  const { type: _type, sequence_number: _sequence, ...fields } = data;
  write(pen, name, fields);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return isRecord(value);
}

function isItem(data: JsonValue | undefined): data is JsonObject & { readonly type: string } {
  return isObject(data) && typeof data['id'] === 'string' && typeof data['type'] === 'string' && ownItems.test(data['type']);
}

function isEvent(data: JsonValue | undefined): data is JsonObject & { readonly type: string } {
  return isObject(data) && typeof data['type'] === 'string' && data['type'].startsWith('response.');
}
