import type { ChatRequest, JsonObject } from '../../src/contracts/chat.js';
import type { ThinkingStyle } from '../../src/dialects/anthropic-messages/reasoning.js';
import { encodeMessagesRequest } from '../../src/dialects/anthropic-messages/request.js';
import { unsaidInMessages } from '../../src/dialects/anthropic-messages/request-unsaid.js';
import { encodeRequest } from '../../src/dialects/gemini-generate-content/request.js';
import { unsaidInGenerateContent } from '../../src/dialects/gemini-generate-content/request-unsaid.js';
import { encodeChatRequest } from '../../src/dialects/openai-chat/request.js';
import { unsaidInChat } from '../../src/dialects/openai-chat/request-unsaid.js';
import type { ChatVendor } from '../../src/dialects/openai-chat/vendor.js';
import { encodeResponsesRequest } from '../../src/dialects/openai-responses/request.js';
import { unsaidInResponses } from '../../src/dialects/openai-responses/request-unsaid.js';
import type { ResponsesVendor } from '../../src/dialects/openai-responses/vendor.js';
import { provider } from './arbitrary.js';

/** One way in which a wire is spoken: how a request becomes a body, and what it is then said not to hold. */
export interface Spoken {
  encode(request: ChatRequest): object;
  unsaid(request: ChatRequest): readonly string[];
}

const extraOf = ({ providerOptions }: ChatRequest): JsonObject => providerOptions?.[provider] ?? {};

function chat(vendor: ChatVendor): Spoken {
  return {
    encode: (request) => encodeChatRequest(request, vendor, extraOf(request)),
    unsaid: (request) => unsaidInChat(request, vendor, extraOf(request)),
  };
}

function responses(vendor: ResponsesVendor): Spoken {
  return {
    encode: (request) => encodeResponsesRequest(request, vendor, extraOf(request)),
    unsaid: (request) => unsaidInResponses(request, vendor, extraOf(request)),
  };
}

function messages(thinking: ThinkingStyle): Spoken {
  const traits = { defaultMaxTokens: 100_000, thinking };
  return {
    encode: (request) => encodeMessagesRequest(request, provider, traits),
    unsaid: (request) => unsaidInMessages(request, provider, traits),
  };
}

const generateContent: Spoken = {
  encode: (request) => encodeRequest(request, provider),
  unsaid: (request) => unsaidInGenerateContent(request, provider),
};

/** By the columns of the document: each wire in the ways in which vendors and models have it. */
export const spokenWires: Readonly<Record<string, readonly Spoken[]>> = {
  'Chat Completions': [
    chat({ provider }),
    chat({ provider, takesReasoningBack: true }),
    chat({ provider, takesReasoningDetails: true, takesTopK: true }),
    chat({ provider, reasoningWords: 'object', countsUnasked: true, seedField: 'random_seed' }),
    chat({ provider, reasoningWords: 'switch', lacksOptions: ['seed', 'stop', 'toolChoice', 'reasoning'] }),
    chat({ provider, reasoningWords: 'switch' }),
  ],
  Responses: [responses({ provider }), responses({ provider, store: true })],
  Messages: [messages('none'), messages('budget'), messages('adaptive')],
  generateContent: [generateContent],
};
