import type {
  ChatMessage,
  DialectSupport,
  ProviderClient,
  ServerSentEvent,
  StreamEvent,
  StreamingBehaviour,
  StreamOptions,
  StreamState,
  StreamStep,
  WireRequest,
  WireResponse,
} from 'maestro-llm/contracts';
import { forwardWire, openStream } from 'maestro-llm/kit';

import { callOf, providerId } from './sample.calls.js';
import { isSampleState, sampleDecoder } from './sample.decoder.js';
import { encodeRequest, sampleChat } from './sample.request.js';

/** What clients of this wire may pass on as it is. */
export const dialects: readonly DialectSupport[] = [{ dialect: sampleChat, operations: ['chat'] }];

export class SampleStreaming implements StreamingBehaviour {
  async streamChat(
    client: ProviderClient,
    messages: readonly ChatMessage[],
    { signal, ...request }: StreamOptions,
  ): Promise<AsyncIterable<StreamEvent>> {
    const body = encodeRequest({ ...request, messages });
    return openStream(callOf(client, { signal }, { path: '/v1/chat', body }), sampleDecoder);
  }

  parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep {
    return sampleDecoder.decode(event, isSampleState(state) ? state : undefined);
  }

  async forward(client: ProviderClient, request: WireRequest): Promise<WireResponse> {
    return forwardWire(client, request, { provider: providerId, dialects });
  }
}
