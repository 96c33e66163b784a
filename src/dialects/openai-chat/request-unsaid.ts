import type { ChatMessage, ChatRequest, ContentPart, FilePart, JsonObject, ReasoningPart, ToolCallPart } from '../../contracts/chat.js';
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
} from '../../kit/unsaid-fields.js';
import { detailsOfCall } from './reasoning-details.js';
import { unsaidReasoning, withoutLacking } from './request.js';
import { isAudio } from './request-messages.js';
import type { ChatVendor } from './vendor.js';

/** What a request says and `encodeChatRequest` cannot, by name. */
export function unsaidInChat(request: ChatRequest, vendor: ChatVendor = {}, extra: JsonObject = {}): readonly string[] {
  const { options = {}, tools = [] } = request;
  const lacking = vendor.lacksOptions ?? [];
  const known = withoutLacking(options, vendor);
  return [
    ...unsaidOptions(options, [...new Set([...(vendor.takesTopK === true ? [] : (['topK'] as const)), ...lacking])]),
    ...unsaidCalling(known, tools.length > 0 || listIn(extra, 'tools').length > 0),
    ...namesWhere(unsaidReasoning(known.reasoning ?? {}, vendor)),
    ...unsaidReserved(extra, ['model', 'messages', 'stream', 'stream_options', 'n']),
    ...unsaidInParts(request.messages, (place) => unsaidInPart(place, vendor)),
  ];
}

function unsaidInPart({ message, part, isOfResult }: PartPlace, vendor: ChatVendor): readonly string[] {
  if (part.type === 'provider-part') return [part.type];
  if (part.type === 'tool-result') return [...namesWhere({ 'tool-result.isError': part.isError === true }), ...words(part, vendor)];
  // What a result has beside its text is given in the user's name.
  const isOfUser = message.role === 'user' || message.role === 'tool' || (isOfResult && part.type !== 'text');
  if (isOfUser) return unsaidOfUser(part, isOfResult, vendor);
  if (part.type === 'text') return words(part, vendor);
  if (message.role !== 'assistant' || part.type === 'image' || part.type === 'file') return [part.type];
  return part.type === 'reasoning' ? unsaidOfThought(part, message, vendor) : unsaidOfCall(part, vendor);
}

function words(part: Exclude<ContentPart, { readonly type: 'provider-part' }>, { provider }: ChatVendor): readonly string[] {
  return unsaidWords(part, provider);
}

function unsaidOfUser(part: ContentPart, isOfResult: boolean, vendor: ChatVendor): readonly string[] {
  if (part.type === 'reasoning' || part.type === 'tool-call') return [part.type];
  if (part.type === 'file') return unsaidOfFile(part);
  return part.type === 'text' && isOfResult ? words(part, vendor) : [];
}

function unsaidOfFile(part: FilePart): readonly string[] {
  if (isAudio(part)) return namesWhere({ 'file.filename': part.filename !== undefined });
  return part.fileId === undefined ? [] : unsaidOfPointer(part);
}

/** The words of a thought have a field of their own; what proves it stands in its details, where the vendor knows those. */
function unsaidOfThought(part: ReasoningPart, { content }: ChatMessage, vendor: ChatVendor): readonly string[] {
  const { text, signature, encrypted, id } = part;
  const hasDetails = vendor.takesReasoningDetails === true && typeof content !== 'string' && content.some(isProven);
  const isSaid = hasDetails || vendor.takesReasoningBack === true;
  if (!isSaid || (!hasDetails && (text ?? '') === '')) return ['reasoning'];
  return [
    ...namesWhere({
      'reasoning.signature': signature !== undefined && !hasDetails,
      'reasoning.encrypted': encrypted !== undefined && !hasDetails,
      'reasoning.id': id !== undefined && !hasDetails,
    }),
    ...words(part, vendor),
  ];
}

function isProven(part: ContentPart): boolean {
  return part.type === 'reasoning' && (part.signature ?? part.encrypted ?? part.id) !== undefined;
}

function unsaidOfCall(part: ToolCallPart, vendor: ChatVendor): readonly string[] {
  const isLost = vendor.takesReasoningDetails !== true && detailsOfCall(part.callId, part.providerData).length > 0;
  return [...namesWhere({ 'tool-call.providerData': isLost }), ...words(part, vendor)];
}
