import { Injectable } from '@nestjs/common';

import type { StreamingBehaviour, StreamOptions, StreamState, StreamStep } from '../../contracts/behaviours/streaming.behaviour.js';
import type { ChatMessage } from '../../contracts/chat.js';
import type { BehaviourClass, DialectSupport } from '../../contracts/manifest.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { ServerSentEvent, WireRequest, WireResponse } from '../../contracts/wire-request.js';
import { openAiChatFailure } from '../../dialects/openai-chat/errors.js';
import { encodeChatRequest } from '../../dialects/openai-chat/request.js';
import { unsaidInChat } from '../../dialects/openai-chat/request-unsaid.js';
import { openAiChatDecoder } from '../../dialects/openai-chat/stream-decoder.js';
import { isChatState } from '../../dialects/openai-chat/stream-state.js';
import { openAiChat } from '../../dialects/openai-chat/wire.js';
import { forwardWire } from '../../kit/forward-wire.js';
import { withUntranslated } from '../../kit/untranslated.js';
import { openStream } from '../../kit/wire-call.js';
import { respelled } from './respelled.js';
import type { CompatibleVendor } from './vendor.js';

export function dialectsOf({ differences = {} }: CompatibleVendor): readonly DialectSupport[] {
  return [{ dialect: openAiChat, operations: ['chat', ...(differences.operations ?? (['embeddings', 'other'] as const))] }];
}

export function streamingOf(vendor: CompatibleVendor): BehaviourClass<StreamingBehaviour> {
  const { id: provider, differences = {} } = vendor;
  const dialects = dialectsOf(vendor);
  const decoder = openAiChatDecoder(provider);
  const words = { ...differences, provider };

  @Injectable()
  class CompatibleStreaming implements StreamingBehaviour {
    async streamChat(
      client: ProviderClient,
      messages: readonly ChatMessage[],
      { signal, contextRef: _contextRef, ...rest }: StreamOptions,
    ): Promise<AsyncIterable<StreamEvent>> {
      const { context: _context, ...extra } = rest.providerOptions?.[provider] ?? {};
      const request = { ...rest, messages };
      const body = encodeChatRequest(request, words, extra);
      const call = { provider, client, signal, failureOf: openAiChatFailure, path: '/chat/completions', body };
      return withUntranslated(await openStream(call, decoder), unsaidInChat(request, words, extra));
    }

    parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
      return decoder.decode(event, isChatState(state) ? state : undefined);
    }

    async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
      return forwardWire(client, respelled(request, differences.refusedFields ?? {}), { provider, dialects });
    }
  }
  return CompatibleStreaming;
}
