import type { ChatMessage, ChatRequest } from '../chat.js';
import type { Flowing } from '../flowing.js';
import type { CallOptions, ProviderClient } from '../provider-client.js';
import type { StreamEvent } from '../stream-event.js';
import type { Dialect, ServerSentEvent, WireRequest, WireResponse } from '../wire-request.js';
import { behaviour } from './behaviour.js';

export type StreamOptions = Omit<ChatRequest, 'messages'> &
  CallOptions & {
    /** The provider's own context that this turn goes on with and is kept in (`ContextBehaviour`); the messages are the new ones. */
    readonly contextRef?: string;
  };

/** What a dialect's decoder remembers between two events; only that dialect looks inside. */
export interface StreamState {
  readonly dialect: Dialect;
}

/** What one wire event means, and what to remember for the next. */
export interface StreamStep<State extends StreamState = StreamState> {
  readonly events: readonly StreamEvent[];
  readonly state: State;
}

/** Streamed chat. */
export interface StreamingBehaviour {
  /** Resolves when the provider began to answer; failures before that reject. Leaving the iteration early ends the request. */
  streamChat(
    client: ProviderClient,
    messages: readonly ChatMessage[],
    options: StreamOptions,
  ): Promise<Flowing<StreamEvent, readonly StreamEvent[]>>;
  /** Pure. `undefined` starts a stream. @throws MaestroError where the event reports a failure */
  parseStreamEvent(event: ServerSentEvent, state: StreamState | undefined): StreamStep;
  /** Passes a request of the provider's own dialect on, untouched but for address, model and auth. @throws MaestroError `operation.unsupported` */
  forward(client: ProviderClient, request: WireRequest): Promise<WireResponse>;
}

export const StreamingBehaviour = behaviour<StreamingBehaviour>('streaming', { streamChat: 3, parseStreamEvent: 2, forward: 2 });
