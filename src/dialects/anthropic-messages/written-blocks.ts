import type { JsonObject } from '../../contracts/chat.js';
import type { Citation, ContentEvent, ProviderEvent, ReasoningDelta, ServerTool, ToolCallEnd } from '../../contracts/stream-event.js';
import { carry } from '../../kit/carried.js';
import { textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import type { Pen, WrittenBlock } from './writing.js';

export function writeContent(event: ContentEvent, pen: Pen): void {
  switch (event.type) {
    case 'text-delta':
      if (event.logprobs !== undefined) pen.notices.push('text-delta logprobs');
      writeText(`text ${String(event.part)}`, event.text, pen);
      break;
    case 'refusal-delta':
      pen.state = { ...pen.state, hasRefused: true };
      writeText(`refusal ${String(event.part)}`, event.text, pen);
      break;
    case 'audio-delta':
      pen.notices.push('audio-delta');
      writeText(`audio ${String(event.part)}`, event.transcript ?? '', pen);
      break;
    case 'reasoning-delta':
      writeThought(event, pen);
      break;
    case 'tool-call-start':
      openBlock('call', event.callId, { type: 'tool_use', id: event.callId, name: event.name, input: {} }, pen);
      break;
    case 'tool-call-delta':
      if (event.json !== '') writeDelta({ type: 'input_json_delta', partial_json: event.json }, pen);
      break;
    case 'tool-call-end':
      writeCallEnd(event, pen);
      break;
    case 'citation':
      writeCitation(event, pen);
      break;
    case 'server-tool':
      writeServerTool(event, pen);
      break;
    case 'provider-event':
      writeOther(event, pen);
      break;
    case 'file':
      pen.notices.push(`file ${event.mediaType}`);
  }
}

/** What goes back with the call has no place in its block: it stands behind it, in one that clients keep unread. */
function writeCallEnd({ callId, providerData }: ToolCallEnd, pen: Pen): void {
  closeBlock(pen);
  if (providerData !== undefined) writeSealed(carry({ callId, providerData }), pen);
}

function writeOther({ name, data }: ProviderEvent, pen: Pen): void {
  if (isOwnBlock(data) && data['type'] === name) writeWhole(data, pen);
  else pen.notices.push(`provider-event ${name}`);
}

export function closeBlock(pen: Pen): void {
  const { open, ...rest } = pen.state;
  if (open === undefined) return;
  const { signature, encrypted, id } = open.marks ?? {};
  if (encrypted !== undefined || id !== undefined) {
    writeDelta(
      { type: 'signature_delta', signature: carry({ ...(signature !== undefined && { signature }), ...given(encrypted, id) }) },
      pen,
    );
  }
  pen.state = rest;
  pen.events.push({ type: 'content_block_stop', index: open.index });
}

function given(encrypted: string | undefined, id: string | undefined): { readonly encrypted?: string; readonly id?: string } {
  return { ...(encrypted !== undefined && { encrypted }), ...(id !== undefined && { id }) };
}

function openBlock(kind: WrittenBlock['kind'], key: string, block: JsonObject, pen: Pen): void {
  closeBlock(pen);
  const index = pen.state.next;
  pen.state = { ...pen.state, next: index + 1, open: { index, kind, key, ...(kind === 'call' && { call: key }) } };
  pen.events.push({ type: 'content_block_start', index, content_block: block });
}

function writeWhole(block: JsonObject, pen: Pen): void {
  openBlock('server-tool', '', block, pen);
  closeBlock(pen);
}

function writeDelta(delta: JsonObject, { state, events }: Pen): void {
  if (state.open !== undefined) events.push({ type: 'content_block_delta', index: state.open.index, delta });
}

function ensureBlock(kind: 'text' | 'thinking', key: string, block: JsonObject, pen: Pen): void {
  const { open } = pen.state;
  if (open?.kind !== kind || open.key !== key) openBlock(kind, key, block, pen);
}

function writeText(key: string, text: string, pen: Pen): void {
  if (text === '') return;
  ensureBlock('text', key, { type: 'text', text: '' }, pen);
  writeDelta({ type: 'text_delta', text }, pen);
}

/** A thought in clear, under the provider's signature; one that nobody may read is sealed. */
function writeThought({ part, text, signature, encrypted, id }: ReasoningDelta, pen: Pen): void {
  const key = String(part);
  const isOpen = pen.state.open?.kind === 'thinking' && pen.state.open.key === key;
  if (encrypted !== undefined && !isOpen && text === undefined && signature === undefined && id === undefined) {
    writeSealed(encrypted, pen);
    return;
  }
  ensureBlock('thinking', key, { type: 'thinking', thinking: '', signature: '' }, pen);
  if (text !== undefined && text !== '') writeDelta({ type: 'thinking_delta', thinking: text }, pen);
  const marks = { ...pen.state.open?.marks, ...(signature !== undefined && { signature }), ...given(encrypted, id) };
  if (pen.state.open !== undefined && Object.keys(marks).length > 0) pen.state = { ...pen.state, open: { ...pen.state.open, marks } };
  if (signature !== undefined && marks.id === undefined && marks.encrypted === undefined)
    writeDelta({ type: 'signature_delta', signature }, pen);
}

function writeSealed(data: string, pen: Pen): void {
  openBlock('thinking', '', { type: 'redacted_thinking', data }, pen);
  closeBlock(pen);
}

function writeCitation({ url, title, citedText, start, data }: Citation, pen: Pen): void {
  const citation = data !== undefined && ownCitations.has(textIn(data, 'type') ?? '') ? data : undefined;
  if (citation === undefined && url === undefined) {
    pen.notices.push('citation');
    return;
  }
  if (citation === undefined && start !== undefined) pen.notices.push('citation start');
  if (pen.state.open?.kind !== 'text') openBlock('text', 'citation', { type: 'text', text: '' }, pen);
  const made = {
    type: 'web_search_result_location',
    url: url ?? '',
    title: title ?? null,
    cited_text: citedText ?? '',
    encrypted_index: '',
  };
  writeDelta({ type: 'citations_delta', citation: citation ?? made }, pen);
}

const ownCitations: ReadonlySet<string> = new Set([
  'char_location',
  'page_location',
  'content_block_location',
  'web_search_result_location',
  'search_result_location',
]);

/** Runs of the vendor's own tools come as the blocks that they were; those of another vendor have no block here. */
function writeServerTool({ callId, name, phase, data }: ServerTool, pen: Pen): void {
  const { open } = pen.state;
  if (phase === 'delta' && typeof data === 'string' && open?.kind === 'server-tool' && open.key === callId) {
    writeDelta({ type: 'input_json_delta', partial_json: data }, pen);
    return;
  }
  if (!isOwnBlock(data)) {
    pen.notices.push(`server-tool ${name}`);
    return;
  }
  if (phase === 'start') openBlock('server-tool', callId, data, pen);
  else writeWhole(data, pen);
}

/** Blocks that only this wire has. */
function isOwnBlock(data: unknown): data is JsonObject {
  const type = isRecord(data) ? (textIn(data, 'type') ?? '') : '';
  return ownBlocks.has(type) || type.endsWith('_tool_result');
}

const ownBlocks: ReadonlySet<string> = new Set(['server_tool_use', 'mcp_tool_use', 'compaction', 'fallback', 'container_upload']);
