import type { ChatRequest } from '../../contracts/chat.js';
import type { PartPlace } from '../../kit/unsaid-fields.js';
import { namesWhere, unsaidFormat, unsaidInParts, unsaidOptions, unsaidWords, wantsMore } from '../../kit/unsaid-fields.js';
import { isUnreadable } from './contents.js';

/** What a request says and `encodeRequest` cannot, by name. */
export function unsaidInGenerateContent(request: ChatRequest, provider: string): readonly string[] {
  const { options = {}, tools = [] } = request;
  const { toolChoice = 'auto', parallelToolCalls, reasoning } = options;
  return [
    ...unsaidOptions(options, ['metadata', 'endUser']),
    ...unsaidFormat(options.responseFormat),
    ...namesWhere({
      'options.parallelToolCalls': parallelToolCalls === false,
      'options.reasoning.effort': reasoning?.effort !== undefined && reasoning.budget !== undefined,
      // Holding arguments to their schema is a way of choosing tools here.
      'tools.strict': toolChoice !== 'auto' && tools.some(({ strict }) => strict === true),
    }),
    ...unsaidInParts(request.messages, (place) => unsaidInPart(place, provider)),
  ];
}

function unsaidInPart({ part, isOfResult }: PartPlace, provider: string): readonly string[] {
  const words = isOfResult && part.type !== 'provider-part' ? unsaidWords(part, provider) : [];
  switch (part.type) {
    case 'text':
    case 'image':
    case 'tool-result':
      return words;
    case 'file':
      return [...namesWhere({ 'file.filename': part.filename !== undefined }), ...words];
    case 'reasoning':
      if (isUnreadable(part, provider)) return ['reasoning'];
      return namesWhere({ 'reasoning.encrypted': part.encrypted !== undefined, 'reasoning.id': part.id !== undefined });
    case 'tool-call':
      return namesWhere({ 'tool-call.providerData': wantsMore(part.providerData, ['thoughtSignature']) });
    case 'provider-part':
      return namesWhere({ 'provider-part': part.provider !== provider });
  }
}
