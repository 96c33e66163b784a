import type { ChatMessage, ContentPart, JsonObject, TextPart } from '../../contracts/chat.js';
import type { RequestFields } from '../../kit/request-fields.js';
import { invalidField } from '../../kit/request-fields.js';
import type { Unsaid } from '../../kit/unsaid.js';
import { blocksIn, decodedBlock, mediaPart } from './decoded-blocks.js';

/** What stands in the `system` field, as the first message. */
export function decodedSystem(body: RequestFields, unsaid: Unsaid): readonly ChatMessage[] {
  const system = blocksIn(body, 'system');
  if (system === undefined || system.length === 0) return [];
  return [{ role: 'system', content: typeof system === 'string' ? system : system.map((block) => textOf(block, unsaid)) }];
}

function textOf(block: RequestFields, unsaid: Unsaid): TextPart {
  const part = mediaPart(block, unsaid);
  if (part?.type !== 'text') throw invalidField(block.pathOf('type'), 'text');
  return part;
}

export function decodedMessages(body: RequestFields, unsaid: Unsaid): readonly ChatMessage[] {
  const messages = body.objects('messages');
  if (messages === undefined) throw invalidField(body.pathOf('messages'), 'a list of messages');
  return messages.flatMap((message) => decodedMessage(message, unsaid));
}

function decodedMessage(message: RequestFields, unsaid: Unsaid): readonly ChatMessage[] {
  const role = message.neededText('role');
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw invalidField(message.pathOf('role'), 'user, assistant or system');
  }
  const content = blocksIn(message, 'content');
  if (content === undefined) throw invalidField(message.pathOf('content'), 'a text or a list of blocks');
  for (const name of Object.keys(message.rest())) unsaid.note(message.pathOf(name));
  if (typeof content === 'string') return [{ role, content }];
  const parts = decodedParts(content, unsaid);
  return role === 'user' ? turnsOf(parts) : [{ role, content: parts }];
}

function decodedParts(blocks: readonly RequestFields[], unsaid: Unsaid): readonly ContentPart[] {
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
