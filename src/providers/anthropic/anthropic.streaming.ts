import { Injectable } from '@nestjs/common';

import type { StreamingBehaviour, StreamOptions, StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import type { DialectSupport } from '../../contracts/manifest.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent, WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { encodeMessagesRequest } from '../../dialects/anthropic-messages/request.js';
import { unsaidInMessages } from '../../dialects/anthropic-messages/request-unsaid.js';
import { anthropicMessagesDecoder, isMessagesState } from '../../dialects/anthropic-messages/stream-decoder.js';
import { anthropicMessages } from '../../dialects/anthropic-messages/wire.js';
import { forwardWire } from '../../kit/forward-wire.js';
import { withUntranslated } from '../../kit/untranslated.js';
import { openStream } from '../../kit/wire-call.js';
import { callOf, providerId, versionHeaders } from './anthropic.calls.js';
import { traitsOf } from './anthropic.traits.js';

export const dialects: readonly DialectSupport[] = [{ dialect: anthropicMessages, operations: ['chat', 'count-tokens', 'other'] }];

const decoder = anthropicMessagesDecoder(providerId);

@Injectable()
export class AnthropicStreaming implements StreamingBehaviour {
  async streamChat(
    client: ProviderClient,
    messages: readonly ChatMessage[],
    { signal, ...rest }: StreamOptions,
  ): Promise<AsyncIterable<StreamEvent>> {
    const request = { ...rest, messages };
    const traits = traitsOf(rest.model);
    const { body, headers } = encodeMessagesRequest(request, providerId, traits);
    const stream = await openStream(callOf(client, { signal }, { path: '/v1/messages', body, headers }), decoder);
    return withUntranslated(stream, unsaidInMessages(request, providerId, traits));
  }

  parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
    return decoder.decode(event, isMessagesState(state) ? state : undefined);
  }

  async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    return forwardWire(client, request, { provider: providerId, dialects, defaultHeaders: versionHeaders });
  }
}
