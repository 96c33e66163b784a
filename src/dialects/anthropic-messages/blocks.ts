import type { JsonValue } from '../../contracts/chat.js';
import type { Citation, StreamEvent } from '../../contracts/stream-event.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { asJson, listIn, numberIn, recordIn, textIn } from '../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';

/** A content block between its start and its stop. */
export type OpenBlock =
  | { readonly kind: 'text'; readonly part: number }
  | { readonly kind: 'reasoning'; readonly part: number }
  | {
      readonly kind: 'tool-call';
      readonly callId: string;
      /** The arguments so far. */
      readonly json: string;
      /** Arguments that came whole with the start; they hold where no piece follows. */
      readonly input: JsonRecord;
      readonly caller: JsonValue | undefined;
    }
  | { readonly kind: 'server-tool'; readonly callId: string; readonly name: string }
  | { readonly kind: 'compaction'; readonly callId: string; readonly block: JsonRecord }
  | { readonly kind: 'other' };

export interface BlockStep {
  readonly events: readonly StreamEvent[];
  readonly block: OpenBlock;
}

const silent: readonly StreamEvent[] = [];

/** `part` is the number that the block gets where it is a part of the answer; `toolNames` knows the provider's tools by call. */
export function startBlock(block: JsonRecord, part: number, toolNames: ReadonlyMap<string, string>): BlockStep {
  const type = textIn(block, 'type') ?? 'unknown';
  switch (type) {
    case 'text':
      return { block: { kind: 'text', part }, events: [...textEvents(part, block), ...citationEvents(part, listIn(block, 'citations'))] };
    case 'thinking':
      return { block: { kind: 'reasoning', part }, events: reasoningEvents(part, block) };
    case 'redacted_thinking':
      return { block: { kind: 'reasoning', part }, events: [{ type: 'reasoning-delta', part, encrypted: textIn(block, 'data') ?? '' }] };
    case 'tool_use':
      return startToolCall(block, part);
    case 'server_tool_use':
    case 'mcp_tool_use':
      return startServerTool(block);
    case 'compaction':
      return { block: { kind: 'compaction', callId: `compaction-${String(part)}`, block }, events: silent };
    case 'fallback':
      return { block: { kind: 'other' }, events: [serverResult(`fallback-${String(part)}`, type, block)] };
  }
  const callId = textIn(block, 'tool_use_id');
  if (callId === undefined) return { block: { kind: 'other' }, events: [{ type: 'provider-event', name: type, data: asJson(block) }] };
  const name = toolNames.get(callId) ?? type.replace(/_tool_result$/, '');
  return { block: { kind: 'other' }, events: [serverResult(callId, name, block)] };
}

export function continueBlock(block: OpenBlock, delta: JsonRecord): BlockStep {
  const type = textIn(delta, 'type');
  if (type === 'text_delta' && block.kind === 'text') return { block, events: textEvents(block.part, delta) };
  if (type === 'citations_delta' && block.kind === 'text') return { block, events: citationEvents(block.part, [delta['citation']]) };
  if ((type === 'thinking_delta' || type === 'signature_delta') && block.kind === 'reasoning') {
    return { block, events: reasoningEvents(block.part, delta) };
  }
  if (type === 'input_json_delta' && block.kind === 'tool-call') {
    const json = textIn(delta, 'partial_json') ?? '';
    if (json === '') return { block, events: silent };
    return { block: { ...block, json: block.json + json }, events: [{ type: 'tool-call-delta', callId: block.callId, json }] };
  }
  if (type === 'input_json_delta' && block.kind === 'server-tool') {
    const json = textIn(delta, 'partial_json') ?? '';
    if (json === '') return { block, events: silent };
    return { block, events: [{ type: 'server-tool', callId: block.callId, name: block.name, phase: 'delta', data: json }] };
  }
  if (type === 'compaction_delta' && block.kind === 'compaction') {
    return { block: { ...block, block: { ...block.block, ...compactionFields(block.block, delta) } }, events: silent };
  }
  return { block, events: [{ type: 'provider-event', name: type ?? 'content_block_delta', data: asJson(delta) }] };
}

/** The end of a tool call says that its arguments are whole: a call that a limit cut in the middle has none. */
export function stopBlock(block: OpenBlock): readonly StreamEvent[] {
  if (block.kind === 'compaction') return [serverResult(block.callId, 'compaction', block.block)];
  if (block.kind !== 'tool-call') return silent;
  const { callId, json, input, caller } = block;
  const end: StreamEvent = { type: 'tool-call-end', callId, ...(caller !== undefined && { providerData: { caller } }) };
  if (json !== '') return isRecord(jsonFrom(json)) ? [end] : silent;
  if (Object.keys(input).length === 0) return [end];
  return [{ type: 'tool-call-delta', callId, json: JSON.stringify(input) }, end];
}

function startToolCall(block: JsonRecord, part: number): BlockStep {
  // Every call of this wire has an id; the made-up one keeps a careless imitation of it readable.
  const callId = textIn(block, 'id') ?? `call-${String(part)}`;
  const caller = block['caller'];
  return {
    block: {
      kind: 'tool-call',
      callId,
      json: '',
      input: recordIn(block, 'input'),
      caller: isRecord(caller) ? asJson(caller) : undefined,
    },
    events: [{ type: 'tool-call-start', part, callId, name: textIn(block, 'name') ?? '' }],
  };
}

function startServerTool(block: JsonRecord): BlockStep {
  const callId = textIn(block, 'id') ?? '';
  const name = textIn(block, 'name') ?? '';
  return {
    block: { kind: 'server-tool', callId, name },
    events: [{ type: 'server-tool', callId, name, phase: 'start', data: asJson(block) }],
  };
}

function serverResult(callId: string, name: string, block: JsonRecord): StreamEvent {
  return { type: 'server-tool', callId, name, phase: 'result', data: asJson(block) };
}

function textEvents(part: number, { text }: JsonRecord): readonly StreamEvent[] {
  return typeof text === 'string' && text !== '' ? [{ type: 'text-delta', part, text }] : silent;
}

function reasoningEvents(part: number, { thinking, signature }: JsonRecord): readonly StreamEvent[] {
  const text = typeof thinking === 'string' && thinking !== '' ? thinking : undefined;
  const signed = typeof signature === 'string' && signature !== '' ? signature : undefined;
  if (text === undefined && signed === undefined) return silent;
  return [{ type: 'reasoning-delta', part, ...(text !== undefined && { text }), ...(signed !== undefined && { signature: signed }) }];
}

function compactionFields(before: JsonRecord, delta: JsonRecord): JsonRecord {
  const { type: _type, content, ...rest } = delta;
  return { ...rest, content: typeof content === 'string' ? (textIn(before, 'content') ?? '') + content : (before['content'] ?? null) };
}

function citationEvents(part: number, citations: readonly unknown[]): readonly StreamEvent[] {
  return citations.filter(isRecord).map((citation) => citationFrom(part, citation));
}

/** Offsets are what the citation counts in: characters, pages or blocks of the document. */
function citationFrom(part: number, citation: JsonRecord): Citation {
  const url = textIn(citation, 'url') ?? textIn(citation, 'source');
  const title = textIn(citation, 'document_title') ?? textIn(citation, 'title');
  const citedText = textIn(citation, 'cited_text');
  const start =
    numberIn(citation, 'start_char_index') ?? numberIn(citation, 'start_page_number') ?? numberIn(citation, 'start_block_index');
  const end = numberIn(citation, 'end_char_index') ?? numberIn(citation, 'end_page_number') ?? numberIn(citation, 'end_block_index');
  return {
    type: 'citation',
    part,
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(citedText !== undefined && { citedText }),
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    data: asJson(citation),
  };
}
