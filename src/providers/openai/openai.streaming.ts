import { Injectable } from '@nestjs/common';

import type { StreamingBehaviour, StreamOptions, StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage, JsonObject } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { DialectSupport } from '../../contracts/manifest.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent, WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { openAiChatFailure } from '../../dialects/openai-chat/errors.js';
import { encodeChatRequest } from '../../dialects/openai-chat/request.js';
import { unsaidInChat } from '../../dialects/openai-chat/request-unsaid.js';
import { openAiChatDecoder } from '../../dialects/openai-chat/stream-decoder.js';
import { openAiChat } from '../../dialects/openai-chat/wire.js';
import { openAiResponsesFailure } from '../../dialects/openai-responses/errors.js';
import { encodeResponsesRequest } from '../../dialects/openai-responses/request.js';
import { unsaidInResponses } from '../../dialects/openai-responses/request-unsaid.js';
import { openAiResponsesDecoder } from '../../dialects/openai-responses/stream-decoder.js';
import { openAiResponses } from '../../dialects/openai-responses/wire.js';
import { stepOfEither } from '../../families/openai-responses/either-wire.js';
import { forwardWire } from '../../kit/forward-wire.js';
import { withUntranslated } from '../../kit/untranslated.js';
import { openStream } from '../../kit/wire-call.js';
import { callOf, providerId } from './openai.calls.js';
import { isReasoningModel } from './openai.catalogue.js';
import { chatGptBody, forwardToChatGpt, isChatGpt, unsaidToChatGpt, unsupported } from './openai.chatgpt.js';

export const dialects: readonly DialectSupport[] = [
  { dialect: openAiResponses, operations: ['chat', 'count-tokens', 'stored-response'] },
  { dialect: openAiChat, operations: ['chat', 'embeddings', 'other'] },
];

const responses = openAiResponsesDecoder(providerId);
const chat = openAiChatDecoder(providerId);
const step = stepOfEither(responses, chat);

type Api = 'responses' | 'chat-completions';

@Injectable()
export class OpenAiStreaming implements StreamingBehaviour {
  async streamChat(
    client: ProviderClient,
    messages: readonly ChatMessage[],
    { signal, contextRef, ...rest }: StreamOptions,
  ): Promise<AsyncIterable<StreamEvent>> {
    const { api, context: _context, ...own } = rest.providerOptions?.[providerId] ?? {};
    const extra = contextRef === undefined ? own : { ...own, conversation: contextRef, store: true };
    const request = { ...rest, messages };
    if (contextRef !== undefined && isChatGpt(client)) throw unsupported('remote contexts');
    if (apiFrom(api) === 'chat-completions') {
      if (contextRef !== undefined) throw noConversations();
      if (isChatGpt(client)) throw unsupported('Chat Completions');
      const vendor = { provider: providerId, maxTokensField: 'max_completion_tokens', endUserField: 'safety_identifier' } as const;
      const body = encodeChatRequest(request, vendor, extra);
      const stream = await openStream(callOf(client, { signal }, { path: '/chat/completions', body }, openAiChatFailure), chat);
      return withUntranslated(stream, unsaidInChat(request, vendor, extra));
    }
    const vendor = { provider: providerId, wantsEncryptedReasoning: isReasoningModel(rest.model) };
    const encoded = encodeResponsesRequest(request, vendor, extra);
    const body = isChatGpt(client) ? chatGptBody(encoded) : encoded;
    const stream = await openStream(callOf(client, { signal }, { path: '/responses', body }, openAiResponsesFailure), responses);
    const unsaid = unsaidInResponses(request, vendor, extra);
    return withUntranslated(stream, isChatGpt(client) ? [...unsaid, ...unsaidToChatGpt(rest.options)] : unsaid);
  }

  parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
    return step(event, state);
  }

  async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    if (isChatGpt(client)) return forwardToChatGpt(client, request, dialects);
    return forwardWire(client, request, { provider: providerId, dialects });
  }
}

function apiFrom(api: JsonObject[string] | undefined): Api {
  if (api === undefined || api === 'responses') return 'responses';
  if (api === 'chat-completions') return api;
  throw new MaestroError('request.invalid', { problems: [`providerOptions.${providerId}.api must be "responses" or "chat-completions"`] });
}

function noConversations(): MaestroError {
  return new MaestroError('request.invalid', { problems: ['a context that OpenAI keeps is known to Responses only'] });
}
