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
import { callOf, modelIn, pathAt } from './azure.calls.js';
import type { Api } from './azure.client.js';
import { isAzureClient, providerId } from './azure.client.js';

export const dialects: readonly DialectSupport[] = [
  { dialect: openAiResponses, operations: ['chat', 'stored-response'] },
  { dialect: openAiChat, operations: ['chat', 'embeddings'] },
];

const responses = openAiResponsesDecoder(providerId);
const chat = openAiChatDecoder(providerId);
const step = stepOfEither(responses, chat);

/** Chat with deployments: the model that a request names is a deployment of the resource. */
@Injectable()
export class AzureStreaming implements StreamingBehaviour {
  async streamChat(
    client: ProviderClient,
    messages: readonly ChatMessage[],
    { signal, contextRef: _contextRef, ...rest }: StreamOptions,
  ): Promise<AsyncIterable<StreamEvent>> {
    const { api, ...extra } = rest.providerOptions?.[providerId] ?? {};
    const request = { ...rest, messages };
    const { model } = rest;
    if (apiFor(client, api) === 'chat-completions') {
      const vendor = { provider: providerId, maxTokensField: 'max_completion_tokens' } as const;
      const body = encodeChatRequest(request, vendor, extra);
      const stream = await openStream(callOf(client, { signal }, { path: '/chat/completions', body, model }, openAiChatFailure), chat);
      return withUntranslated(stream, unsaidInChat(request, vendor, extra));
    }
    // A deployment's name does not tell whether its model thinks; who asks it to, knows.
    const vendor = { provider: providerId, wantsEncryptedReasoning: rest.options?.reasoning !== undefined };
    const body = encodeResponsesRequest(request, vendor, extra);
    const stream = await openStream(callOf(client, { signal }, { path: '/responses', body, model }, openAiResponsesFailure), responses);
    return withUntranslated(stream, unsaidInResponses(request, vendor, extra));
  }

  parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
    return step(event, state);
  }

  async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    const path = pathAt(client, request.path, () => modelIn(request.body));
    return forwardWire(client, { ...request, path }, { provider: providerId, dialects });
  }
}

function apiFor(client: ProviderClient, asked: JsonObject[string] | undefined): Api {
  if (asked === undefined) return isAzureClient(client) ? client.api : 'chat-completions';
  if (asked === 'chat-completions' || asked === 'responses') return asked;
  throw new MaestroError('request.invalid', { problems: [`providerOptions.${providerId}.api must be "responses" or "chat-completions"`] });
}
