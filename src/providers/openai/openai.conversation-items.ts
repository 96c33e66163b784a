import type { Role } from '../../contracts/chat.js';
import type { ChunkKind, ContextChunk } from '../../contracts/context-chunk.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { GroupedChunk } from '../../kit/chunk-groups.js';
import type { JsonRecord } from '../../kit/json-fields.js';
import { listIn, textIn } from '../../kit/json-fields.js';
import { isRecord } from '../../kit/read-body.js';
import { providerId } from './openai.calls.js';

/** An item of a conversation as a chunk; its id is the item's. */
export function chunkFromItem(item: JsonRecord, position: number): ContextChunk {
  const { id, kind, callId } = outlineOf(item);
  const provider = ProviderId.parse(providerId);
  const metadata = { role: roleOf(item, kind), kind, provider, position, providerRef: id, ...(callId !== undefined && { callId }) };
  return { id, content: readable(item), metadata };
}

/** What one answer made is a row of items without a word of the user's between them. */
export function outlinesOf(items: readonly JsonRecord[]): readonly GroupedChunk[] {
  let message = 0;
  let before: Role | undefined;
  return items.map((item, position) => {
    const outline = outlineOf(item);
    const role = roleOf(item, outline.kind);
    if (role !== 'assistant' || before !== 'assistant') message = position;
    before = role;
    return { ...outline, message };
  });
}

function outlineOf(item: JsonRecord): Omit<GroupedChunk, 'message'> {
  const callId = textIn(item, 'call_id');
  return { id: textIn(item, 'id') ?? '', kind: kindOf(item), ...(callId !== undefined && { callId }) };
}

function kindOf(item: JsonRecord): ChunkKind {
  const type = textIn(item, 'type') ?? '';
  if (type === 'reasoning') return 'reasoning';
  if (textIn(item, 'call_id') === undefined) return 'message';
  return type.endsWith('_output') ? 'tool-result' : 'tool-call';
}

function roleOf(item: JsonRecord, kind: ChunkKind): Role {
  if (kind === 'tool-result') return 'tool';
  const role = textIn(item, 'role') ?? 'assistant';
  if (role === 'developer' || role === 'system') return 'system';
  return role === 'user' ? 'user' : 'assistant';
}

function readable(item: JsonRecord): string {
  const name = textIn(item, 'name');
  if (name !== undefined) return `${name}(${textIn(item, 'arguments') ?? textIn(item, 'input') ?? ''})`;
  const whole = textIn(item, 'output') ?? textIn(item, 'content');
  if (whole !== undefined) return whole;
  const parts = [...listIn(item, 'summary'), ...listIn(item, 'content'), ...listIn(item, 'output')].filter(isRecord);
  return parts.map((part) => textIn(part, 'text') ?? textIn(part, 'refusal') ?? `[${textIn(part, 'type') ?? 'part'}]`).join('');
}
