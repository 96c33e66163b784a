import { Injectable } from '@nestjs/common';

import type { StreamingBehaviour, StreamOptions, StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent, WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { modelPath } from '../../dialects/gemini-generate-content/request.js';
import { geminiGenerateContentDecoder } from '../../dialects/gemini-generate-content/stream-decoder.js';
import { isGenerateContentState } from '../../dialects/gemini-generate-content/stream-state.js';
import { forwardWire } from '../../kit/forward-wire.js';
import { streamContent } from './stream-content.js';
import type { GenerateContentVendor } from './vendor.js';
import { generateContentCall } from './vendor.js';

/** Chat with a vendor of this wire. */
export function generateContentStreaming(vendor: GenerateContentVendor): new () => StreamingBehaviour {
  const { provider, dialects } = vendor;
  const decoder = geminiGenerateContentDecoder(provider);

  @Injectable()
  class GenerateContentStreaming implements StreamingBehaviour {
    async streamChat(
      client: ProviderClient,
      messages: readonly ChatMessage[],
      options: StreamOptions,
    ): Promise<AsyncIterable<StreamEvent>> {
      const path = `/${modelPath(options.model)}:streamGenerateContent?alt=sse`;
      return streamContent(provider, messages, options, (body) => generateContentCall(vendor, client, options, { path, body }));
    }

    parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
      return decoder.decode(event, isGenerateContentState(state) ? state : undefined);
    }

    async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
      return forwardWire(client, request, { provider, dialects });
    }
  }
  return GenerateContentStreaming;
}
