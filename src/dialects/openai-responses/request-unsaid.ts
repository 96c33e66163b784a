import type { ChatMessage, ChatRequest, FilePart, JsonObject, ReasoningPart, ToolCallPart } from '../../contracts/chat.js';
import { listIn } from '../../kit/json-fields.js';
import type { PartPlace } from '../../kit/unsaid-fields.js';
import {
  namesWhere,
  unsaidCalling,
  unsaidInParts,
  unsaidOfPointer,
  unsaidOptions,
  unsaidReserved,
  unsaidWords,
  wantsMore,
} from '../../kit/unsaid-fields.js';
import { splitInstructions, storeOf } from './request.js';
import { encodeReasoning, grouped, isReasoning } from './request-items.js';
import type { ResponsesVendor } from './vendor.js';
import { isCustomTool } from './wire.js';

/** What a request says and `encodeResponsesRequest` cannot, by name. */
export function unsaidInResponses(request: ChatRequest, vendor: ResponsesVendor = {}, extra: JsonObject = {}): readonly string[] {
  const { options = {}, tools = [], messages } = request;
  const inInstructions = new Set(messages.slice(0, messages.length - splitInstructions(messages).rest.length));
  const place: Where = { inInstructions, vendor: { ...vendor, store: storeOf(vendor, extra) } };
  return [
    ...unsaidOptions(options, ['topK', 'stop', 'seed', 'frequencyPenalty', 'presencePenalty']),
    ...unsaidCalling(options, tools.length > 0 || listIn(extra, 'tools').length > 0),
    ...namesWhere({ 'options.reasoning.budget': options.reasoning?.budget !== undefined }),
    ...unsaidReserved(extra, ['model', 'input', 'stream']),
    ...unsaidInParts(messages, (given) => unsaidInPart(given, place)),
  ];
}

interface Where {
  /** Messages that are one text on the wire. */
  readonly inInstructions: ReadonlySet<ChatMessage>;
  readonly vendor: ResponsesVendor;
}

function unsaidInPart({ message, part }: PartPlace, { inInstructions, vendor }: Where): readonly string[] {
  if (inInstructions.has(message) && part.type !== 'text') return [part.type];
  switch (part.type) {
    case 'image':
      return [];
    case 'file':
      return unsaidOfFile(part);
    case 'reasoning':
      return unsaidOfThought(part, message, vendor);
    case 'tool-call':
      return [...namesWhere({ 'tool-call.providerData': hasForeignData(part) }), ...unsaidWords(part, vendor.provider)];
    case 'tool-result':
      return [...namesWhere({ 'tool-result.isError': part.isError === true }), ...unsaidWords(part, vendor.provider)];
    case 'provider-part':
      return namesWhere({ 'provider-part': part.provider !== vendor.provider });
    case 'text':
      return unsaidWords(part, vendor.provider);
  }
}

function unsaidOfFile(part: FilePart): readonly string[] {
  const { fileId, url, mediaType, filename } = part;
  if (fileId === undefined && url === undefined) return [];
  const isImage = fileId !== undefined && mediaType?.startsWith('image/') === true;
  return isImage ? namesWhere({ 'file.filename': filename !== undefined }) : unsaidOfPointer(part);
}

/** A thought is said with the pieces of its item, which has room for their texts and one proof; or none of them is. */
function unsaidOfThought(part: ReasoningPart, { content }: ChatMessage, vendor: ResponsesVendor): readonly string[] {
  const item = typeof content === 'string' ? [] : (grouped(content).find((group) => group.includes(part)) ?? []);
  const pieces = item.filter(isReasoning);
  const [said] = encodeReasoning(pieces, vendor);
  if (said === undefined) return ['reasoning'];
  const { text = '', signature, encrypted } = part;
  const isProofSaid = encrypted !== undefined && encrypted === said.encrypted_content;
  if (pieces.length > 1 && text === '' && !isProofSaid) return ['reasoning'];
  return [
    ...namesWhere({ 'reasoning.signature': signature !== undefined, 'reasoning.encrypted': encrypted !== undefined && !isProofSaid }),
    ...unsaidWords(part, vendor.provider),
  ];
}

function hasForeignData({ providerData }: ToolCallPart): boolean {
  return wantsMore(providerData, isCustomTool(providerData) ? ['type'] : ['namespace', 'caller']);
}
