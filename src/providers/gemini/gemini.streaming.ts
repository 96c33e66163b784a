import { Injectable } from '@nestjs/common';

import type { StreamingBehaviour, StreamOptions, StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import type { DialectSupport } from '../../contracts/manifest.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent, WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { encodeRequest, modelPath } from '../../dialects/gemini-generate-content/request.js';
import { unsaidInGenerateContent } from '../../dialects/gemini-generate-content/request-unsaid.js';
import { geminiGenerateContentDecoder } from '../../dialects/gemini-generate-content/stream-decoder.js';
import { isGenerateContentState } from '../../dialects/gemini-generate-content/stream-state.js';
import { dialect } from '../../dialects/gemini-generate-content/wire.js';
import { forwardWire } from '../../kit/forward-wire.js';
import { withUntranslated } from '../../kit/untranslated.js';
import { openStream } from '../../kit/wire-call.js';
import { callOf, providerId } from './gemini.calls.js';

export const dialects: readonly DialectSupport[] = [{ dialect, operations: ['chat', 'count-tokens', 'other'] }];

const decoder = geminiGenerateContentDecoder(providerId);

@Injectable()
export class GeminiStreaming implements StreamingBehaviour {
  async streamChat(
    client: ProviderClient,
    messages: readonly ChatMessage[],
    { signal, ...rest }: StreamOptions,
  ): Promise<AsyncIterable<StreamEvent>> {
    const request = { ...rest, messages };
    const body = encodeRequest(request, providerId);
    const path = `/${modelPath(rest.model)}:streamGenerateContent?alt=sse`;
    const stream = await openStream(callOf(client, { signal }, { path, body }), decoder);
    return withUntranslated(stream, unsaidInGenerateContent(request, providerId));
  }

  parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
    return decoder.decode(event, isGenerateContentState(state) ? state : undefined);
  }

  async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    return forwardWire(client, request, { provider: providerId, dialects });
  }
}
