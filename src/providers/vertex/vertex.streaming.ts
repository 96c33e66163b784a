import { Injectable } from '@nestjs/common';

import type { StreamingBehaviour, StreamOptions, StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { DialectSupport } from '../../contracts/manifest.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent, WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { anthropicMessagesDecoder, isMessagesState } from '../../dialects/anthropic-messages/stream-decoder.js';
import { anthropicMessages } from '../../dialects/anthropic-messages/wire.js';
import { geminiGenerateContentDecoder } from '../../dialects/gemini-generate-content/stream-decoder.js';
import { isGenerateContentState } from '../../dialects/gemini-generate-content/stream-state.js';
import { dialect as generateContent } from '../../dialects/gemini-generate-content/wire.js';
import { openAiChatFailure } from '../../dialects/openai-chat/errors.js';
import { encodeChatRequest } from '../../dialects/openai-chat/request.js';
import { unsaidInChat } from '../../dialects/openai-chat/request-unsaid.js';
import { openAiChatDecoder } from '../../dialects/openai-chat/stream-decoder.js';
import { isChatState } from '../../dialects/openai-chat/stream-state.js';
import { openAiChat } from '../../dialects/openai-chat/wire.js';
import { traitsOf } from '../../families/anthropic-messages/model-traits.js';
import { streamMessages } from '../../families/anthropic-messages/stream-messages.js';
import { streamContent } from '../../families/gemini-generate-content/stream-content.js';
import { forwardWire } from '../../kit/forward-wire.js';
import { isRecord, jsonFrom } from '../../kit/read-body.js';
import { withUntranslated } from '../../kit/untranslated.js';
import { openStream } from '../../kit/wire-call.js';
import { callOf } from './vertex.calls.js';
import { placeOf, providerId } from './vertex.client.js';
import { chatPath, forwarded, messagesAddress } from './vertex.forwarded.js';
import type { ModelAddress, PublisherWire } from './vertex.model-address.js';
import { modelAddress } from './vertex.model-address.js';

export const dialects: readonly DialectSupport[] = [
  { dialect: generateContent, operations: ['chat', 'count-tokens'] },
  { dialect: anthropicMessages, operations: ['chat', 'count-tokens'] },
  { dialect: openAiChat, operations: ['chat'] },
];

const content = geminiGenerateContentDecoder(providerId);
const messagesDecoder = anthropicMessagesDecoder(providerId);
const chat = openAiChatDecoder(providerId);

type Messages = readonly ChatMessage[];
type Stream = Promise<AsyncIterable<StreamEvent>>;

/** Chat with each publisher's models in the wire that they are served in. */
@Injectable()
export class VertexStreaming implements StreamingBehaviour {
  async streamChat(client: ProviderClient, messages: Messages, options: StreamOptions): Stream {
    const address = modelAddress(options.model);
    return streams[address.wire](client, address, messages, options);
  }

  parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
    if (isMessagesState(state)) return messagesDecoder.decode(event, state);
    if (isChatState(state)) return chat.decode(event, state);
    if (isGenerateContentState(state)) return content.decode(event, state);
    const data = jsonFrom(event.data);
    if (isRecord(data) && typeof data['type'] === 'string') return messagesDecoder.decode(event, undefined);
    return isRecord(data) && 'choices' in data ? chat.decode(event, undefined) : content.decode(event, undefined);
  }

  async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    return forwardWire(client, forwarded(request, placeOf(client)), { provider: providerId, dialects });
  }
}

const streams: Readonly<
  Record<PublisherWire, (client: ProviderClient, address: ModelAddress, messages: Messages, options: StreamOptions) => Stream>
> = {
  'generate-content': async (client, { path }, messages, options) =>
    streamContent(providerId, messages, options, (body) =>
      callOf(client, options, { path: `${placeOf(client)}${path}:streamGenerateContent?alt=sse`, body }),
    ),
  messages: async (client, address, messages, options) =>
    streamMessages({ provider: providerId, dialects, headers: {}, traitsOf }, client, messages, options, (body) =>
      messagesAddress(projectOf(client, address), address, body),
    ),
  chat: async (client, address, messages, { signal, contextRef: _contextRef, ...rest }) => {
    const model = `${address.publisher}/${address.model}`;
    const request = { ...rest, model, messages };
    const extra = rest.providerOptions?.[providerId] ?? {};
    const body = encodeChatRequest(request, { provider: providerId }, extra);
    const call = { ...callOf(client, { signal }, { path: chatPath(projectOf(client, address)), body }), failureOf: openAiChatFailure };
    return withUntranslated(await openStream(call, chat), unsaidInChat(request, { provider: providerId }, extra));
  },
};

/** What others publish is asked for in a project; a key of the express mode has none to name. */
function projectOf(client: ProviderClient, { publisher }: ModelAddress): string {
  const place = placeOf(client);
  if (place !== '') return place;
  throw new MaestroError('operation.unsupported', { provider: providerId, operation: `models of ${publisher} with an API key` });
}
