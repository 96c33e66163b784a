import { Injectable } from '@nestjs/common';

import type { StreamingBehaviour, StreamOptions, StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent, WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { anthropicMessagesDecoder, isMessagesState } from '../../dialects/anthropic-messages/stream-decoder.js';
import { forwardWire } from '../../kit/forward-wire.js';
import { streamMessages } from './stream-messages.js';
import type { MessagesVendor } from './vendor.js';

/** Chat with a vendor of this wire. */
export function messagesStreaming(vendor: MessagesVendor): new () => StreamingBehaviour {
  const { provider, dialects, headers } = vendor;
  const decoder = anthropicMessagesDecoder(provider);

  @Injectable()
  class MessagesStreaming implements StreamingBehaviour {
    async streamChat(
      client: ProviderClient,
      messages: readonly ChatMessage[],
      options: StreamOptions,
    ): Promise<AsyncIterable<StreamEvent>> {
      return streamMessages(vendor, client, messages, options);
    }

    parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
      return decoder.decode(event, isMessagesState(state) ? state : undefined);
    }

    async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
      return forwardWire(client, request, { provider, dialects, defaultHeaders: headers });
    }
  }
  return MessagesStreaming;
}
