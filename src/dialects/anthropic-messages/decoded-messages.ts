import type { ChatMessage, ContentPart, JsonObject, TextPart } from '../../contracts/chat.js';
import type { FieldReader } from '../../kit/field-reader.js';
import type { Unsaid } from '../../kit/unsaid.js';
import { blocksIn, decodedBlock, mediaPart } from './decoded-blocks.js';

/** What stands in the `system` field, as the first message. */
export function decodedSystem(body: FieldReader, unsaid: Unsaid): readonly ChatMessage[] {
  const system = blocksIn(body, 'system');
  if (system === undefined || system.length === 0) return [];
  return [{ role: 'system', content: typeof system === 'string' ? system : system.flatMap((block) => textIn(block, unsaid)) }];
}

function textIn(block: FieldReader, unsaid: Unsaid): readonly TextPart[] {
  const part = mediaPart(block, unsaid);
  if (part?.type === 'text') return [part];
  block.refuse('type', 'text');
  return [];
}

export function decodedMessages(body: FieldReader, unsaid: Unsaid): readonly ChatMessage[] {
  if (!body.has('messages')) body.refuse('messages', 'a list of messages');
  return body.list('messages').flatMap((message) => decodedMessage(message, unsaid));
}

function decodedMessage(message: FieldReader, unsaid: Unsaid): readonly ChatMessage[] {
  const role = message.needed('role');
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    message.refuse('role', 'user, assistant or system');
    return [];
  }
  const content = blocksIn(message, 'content');
  message.finish();
  if (content === undefined) {
    message.refuse('content', 'a text or a list of blocks');
    return [];
  }
  if (typeof content === 'string') return [{ role, content }];
  const parts = decodedParts(content, unsaid);
  return role === 'user' ? turnsOf(parts) : [{ role, content: parts }];
}

function decodedParts(blocks: readonly FieldReader[], unsaid: Unsaid): readonly ContentPart[] {
  const decoded = blocks.map((block) => decodedBlock(block, unsaid));
  const carried = new Map(decoded.flatMap(({ carried: data }) => (data === undefined ? [] : [[data.callId, data.providerData]])));
  return decoded.flatMap(({ part }) => (part === undefined ? [] : [withCarried(part, carried)]));
}

function withCarried(part: ContentPart, carried: ReadonlyMap<string, JsonObject>): ContentPart {
  if (part.type !== 'tool-call') return part;
  const providerData = carried.get(part.callId);
  return providerData === undefined ? part : { ...part, providerData: { ...part.providerData, ...providerData } };
}

/** Results stand in the user's messages here; ours keep them apart. */
function turnsOf(parts: readonly ContentPart[]): readonly ChatMessage[] {
  const turns: { readonly role: 'user' | 'tool'; readonly content: ContentPart[] }[] = [];
  for (const part of parts) {
    const role = part.type === 'tool-result' ? 'tool' : 'user';
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(part);
    else turns.push({ role, content: [part] });
  }
  return turns;
}
