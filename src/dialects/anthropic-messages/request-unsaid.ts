import type { ChatRequest, FilePart, ReasoningOptions, ReasoningPart } from '../../contracts/chat.js';
import { listIn } from '../../kit/json-fields.js';
import type { PartPlace } from '../../kit/unsaid-fields.js';
import {
  namesWhere,
  unsaidCalling,
  unsaidFormat,
  unsaidInParts,
  unsaidOfPointer,
  unsaidOptions,
  unsaidReserved,
  unsaidWords,
  wantsMore,
} from '../../kit/unsaid-fields.js';
import type { ThinkingStyle } from './reasoning.js';
import { reasoningFrom } from './reasoning.js';
import type { ModelTraits } from './request.js';

/** What a request says and `encodeMessagesRequest` cannot, by name. */
export function unsaidInMessages(request: ChatRequest, provider: string, traits: ModelTraits): readonly string[] {
  const { options = {}, tools = [] } = request;
  const own = request.providerOptions?.[provider] ?? {};
  const hasTools = tools.length > 0 || listIn(own, 'tools').length > 0;
  return [
    ...unsaidOptions(options, ['seed', 'frequencyPenalty', 'presencePenalty', 'logprobs', 'metadata']),
    ...unsaidCalling(options, hasTools && options.toolChoice !== 'none'),
    ...unsaidFormat(options.responseFormat),
    ...unsaidReasoning(options.reasoning, traits.thinking, options.maxTokens ?? traits.defaultMaxTokens),
    ...unsaidReserved(own, ['model', 'messages', 'stream']),
    ...unsaidInParts(request.messages, (place) => unsaidInPart(place, provider)),
  ];
}

/** A model takes a number of tokens, or an effort among three, or neither. */
function unsaidReasoning(reasoning: ReasoningOptions | undefined, style: ThinkingStyle, maxTokens: number): readonly string[] {
  const { effort, budget, summary } = reasoning ?? {};
  const { thinking } = reasoningFrom(reasoning, style, maxTokens);
  const isAsked = thinking !== undefined && thinking.type !== 'disabled';
  const isOtherEffort = style === 'adaptive' ? effort === 'minimal' : budget !== undefined;
  return namesWhere({
    'options.reasoning.effort': effort !== undefined && effort !== 'none' && (!isAsked || isOtherEffort),
    'options.reasoning.budget': budget !== undefined && (!isAsked || style === 'adaptive'),
    'options.reasoning.summary': summary === true && !isAsked,
  });
}

function unsaidInPart({ message, part }: PartPlace, provider: string): readonly string[] {
  // What system messages say is a list of texts.
  if (message.role === 'system' && part.type !== 'text') return [part.type];
  switch (part.type) {
    case 'text':
    case 'image':
    case 'tool-result':
      return [];
    case 'file':
      return unsaidOfFile(part);
    case 'reasoning':
      return unsaidOfThought(part, provider);
    case 'tool-call':
      return namesWhere({ 'tool-call.providerData': wantsMore(part.providerData, ['caller']) });
    case 'provider-part':
      return namesWhere({ 'provider-part': part.provider !== provider });
  }
}

function unsaidOfFile(part: FilePart): readonly string[] {
  const { mediaType = '', filename, data } = part;
  if (mediaType.startsWith('image/')) return namesWhere({ 'file.filename': filename !== undefined });
  // A document has a title wherever it comes from.
  if (data === undefined) return unsaidOfPointer({ type: 'file', ...(part.mediaType !== undefined && { mediaType }) });
  return namesWhere({ 'file.mediaType': mediaType.startsWith('text/') && mediaType !== 'text/plain' });
}

function unsaidOfThought(part: ReasoningPart, provider: string): readonly string[] {
  const { text, signature, encrypted, id } = part;
  if (signature === undefined && encrypted === undefined) return ['reasoning'];
  return namesWhere({
    'reasoning.text': signature === undefined && text !== undefined,
    'reasoning.encrypted': signature !== undefined && encrypted !== undefined,
    'reasoning.id': id !== undefined,
    'reasoning.providerOptions': unsaidWords(part, provider).length > 0,
  });
}
