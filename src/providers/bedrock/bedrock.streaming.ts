import { Injectable } from '@nestjs/common';

import type { StreamingBehaviour, StreamOptions, StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent, WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { converseFailure } from '../../dialects/bedrock-converse/errors.js';
import { encodeConverseRequest, unsaidInConverse } from '../../dialects/bedrock-converse/request.js';
import { bedrockConverseDecoder, isConverseState } from '../../dialects/bedrock-converse/stream-decoder.js';
import { forwardWire } from '../../kit/forward-wire.js';
import { withUntranslated } from '../../kit/untranslated.js';
import { openStream } from '../../kit/wire-call.js';
import { asBedrock } from './bedrock.client.js';
import { converseOver } from './bedrock.converse.js';
import { providerId } from './bedrock.credentials.js';

const decoder = bedrockConverseDecoder(providerId);

/** Chat with every model of the vendor's in the one wire that it has for all of them. */
@Injectable()
export class BedrockStreaming implements StreamingBehaviour {
  async streamChat(
    client: ProviderClient,
    messages: readonly ChatMessage[],
    { signal, contextRef: _contextRef, ...rest }: StreamOptions,
  ): Promise<AsyncIterable<StreamEvent>> {
    const request = { ...rest, messages };
    const http = converseOver(asBedrock(client), encodeConverseRequest(request, providerId));
    const call = { provider: providerId, client: { ...client, http }, signal, failureOf: converseFailure, path: '/converse-stream' };
    const stream = await openStream(call, bedrockConverseDecoder(providerId, rest.model));
    return withUntranslated(stream, unsaidInConverse(request, providerId));
  }

  parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
    return decoder.decode(event, isConverseState(state) ? state : undefined);
  }

  /** Clients of this wire sign what they send: nothing of theirs can go on under another identity. */
  async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    return forwardWire(client, request, { provider: providerId, dialects: [] });
  }
}
