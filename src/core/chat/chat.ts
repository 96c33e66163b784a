import { randomUUID } from 'node:crypto';

import { Inject, Injectable, Logger } from '@nestjs/common';

import { AuthType } from '../../contracts/auth-type.js';
import type { StreamOptions } from '../../contracts/behaviours/streaming.behaviour.js';
import type { Caller } from '../../contracts/caller.js';
import type { ChatMessage, ChatRequest } from '../../contracts/chat.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { Flowing } from '../../contracts/flowing.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import { ProviderId } from '../../contracts/provider-id.js';
import type { Session } from '../../contracts/session.js';
import type { ChatAnswer, StreamEvent } from '../../contracts/stream-event.js';
import { CallerMeter } from '../access/caller-meter.js';
import { ContextTurns } from '../contexts/context-turns.js';
import type { CoreOptions } from '../core-options.js';
import { coreOptions } from '../core-options.js';
import { withRenewal } from '../refresh/with-renewal.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import type { OpenSession } from '../sessions/authorised-client.js';
import { AuthorisedClients } from '../sessions/authorised-client.js';
import { accompanied } from './accompanied.js';
import type { Audience } from './audience.js';
import { collectAnswer } from './collect-answer.js';
import { cancelled } from './observed-source.js';
import type { EventSource } from './observed-stream.js';
import { observedStream } from './observed-stream.js';
import { Observers } from './observers.js';
import { onAbortOf } from './on-abort-of.js';
import type { OpenedAnswer } from './opened-by-reading.js';
import { openedAnswer, openedByReading } from './opened-by-reading.js';
import type { RetryPolicy } from './retries.js';
import { mostRetries, RetryMeans } from './retries.js';
import type { ObservedChat } from './stream-observer.port.js';

export type ChatStreamOptions = Omit<ChatRequest, 'messages'> & {
  /** Needed where the session's name fits both auth types. */
  readonly authType?: string;
  /** A conversation of the session: what is left of it is sent first, and this turn is kept in it. */
  readonly contextId?: string;
  readonly signal?: AbortSignal;
  /** How often the provider is asked again where it cannot serve, before the first event: 0, 1 or 2 (default). */
  readonly retries?: number;
  /** Called whenever the provider is about to be asked. */
  readonly onAsk?: () => void;
  /** Called when its answer has begun. */
  readonly onAnswer?: () => void;
};

/** A stream that began. Leaving the iteration, or aborting the signal, ends the request at the provider. */
export interface ChatStream extends Flowing<StreamEvent, readonly StreamEvent[]> {
  readonly streamId: string;
  readonly session: Session;
  /** What the request said and the provider's wire cannot, as its first event tells. */
  readonly untranslated: readonly string[];
}

/** What is asked, and of which session. */
export interface ChatCall {
  readonly caller: Caller;
  readonly provider: string;
  /** A name or an id. */
  readonly session: string;
  readonly messages: readonly ChatMessage[];
  readonly options: ChatStreamOptions;
}

/** Chat through a session: resolve, open, stream, observe. */
@Injectable()
export class Chat {
  private readonly logger = new Logger('Chat');
  private readonly running = new Map<string, AbortController>();

  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(AuthorisedClients) private readonly clients: AuthorisedClients,
    @Inject(ContextTurns) private readonly contexts: ContextTurns,
    @Inject(Observers) private readonly observers: Observers,
    @Inject(coreOptions) private readonly limits: CoreOptions,
    @Inject(RetryMeans) private readonly retryMeans: RetryMeans,
    @Inject(CallerMeter) private readonly meter: CallerMeter,
  ) {}

  /** Resolves with the first event there: whatever a provider refuses, it refuses before. @throws MaestroError `caller.too-many-streams` */
  async stream(call: ChatCall): Promise<ChatStream> {
    const release = this.meter.begin(call.caller);
    try {
      return await this.metered(call, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  private async metered({ caller, provider, session, messages, options }: ChatCall, release: () => void): Promise<ChatStream> {
    const { authType, contextId, signal: callerSignal, retries = mostRetries, onAsk, onAnswer, ...request } = options;
    const streaming = this.registry.resolve(provider, 'streaming');
    refuseInvalid(messages, options);
    const address = {
      provider: ProviderId.parse(provider),
      session,
      ...(authType !== undefined && { authType: AuthType.parse(authType) }),
    };
    const open = await this.clients.open(caller, 'chat', address, callerSignal);
    const streamId = randomUUID();
    const controller = new AbortController();
    const { signal } = controller;
    const letGo = onAbortOf([callerSignal], (reason) => {
      controller.abort(reason);
    });
    if (signal.aborted) throw cancelled(signal);
    const { providerOptions } = request;
    const turn = await this.contexts.begin({ open, contextId, messages, providerOptions, signal });
    this.running.set(streamId, controller);
    const streamOptions: StreamOptions = { ...request, signal, ...(turn.remoteRef !== undefined && { contextRef: turn.remoteRef }) };
    const about = { streamId, operation: 'chat', caller, session: open.session, model: request.model } as const;
    const audience = this.observers.of(about, turn.observer);
    const ask = (client: ProviderClient): Promise<OpenedAnswer> => {
      onAsk?.();
      return openedAnswer(streaming.streamChat(accompanied(client, audience.observers), turn.messages, streamOptions));
    };
    const source = openedByReading(() => withRenewal(open, signal, ask), {
      retries,
      means: this.retryMeans,
      signal,
      onRetry: this.retryNote(about),
    });
    const events = this.observed({ streamId, open, audience, source, signal, controller, release, letGo });
    const first = await events.next();
    onAnswer?.();
    return begun(streamId, open.session, first, endingAfter(events, turn.settled));
  }

  async complete(call: ChatCall): Promise<ChatAnswer> {
    const stream = await this.stream(call);
    const events: StreamEvent[] = [];
    for await (const event of stream) events.push(event);
    return collectAnswer(stream.streamId, events);
  }

  /** Ends the streams that still run. */
  stop(): void {
    for (const controller of this.running.values()) controller.abort(new MaestroError('gateway.shutting-down', {}));
  }

  private retryNote({ streamId, caller, session: { provider } }: ObservedChat): RetryPolicy['onRetry'] {
    const requestId = caller.origin?.requestId;
    return ({ code, upstream }, waitMs) => {
      this.logger.warn({ text: 'a provider is asked again', requestId, streamId, provider, code, upstream, waitMs });
    };
  }

  private observed(parts: {
    readonly streamId: string;
    readonly open: OpenSession;
    readonly audience: Audience;
    readonly source: Flowing<StreamEvent, readonly StreamEvent[]>;
    readonly signal: AbortSignal;
    readonly controller: AbortController;
    readonly release: () => void;
    readonly letGo: () => void;
  }): EventSource {
    const { streamId, open, audience, source, signal, controller, release, letGo } = parts;
    const { provider } = open.session;
    const deadline = setTimeout(() => {
      controller.abort(new MaestroError('upstream.timeout', { origin: provider, phase: 'for the whole answer' }));
    }, this.limits.answerTimeoutMs);
    return observedStream({
      streamId,
      provider,
      source,
      signal,
      audience,
      abort: () => {
        controller.abort();
      },
      onEnd: () => {
        clearTimeout(deadline);
        letGo();
        release();
        this.running.delete(streamId);
      },
    });
  }
}

function refuseInvalid(messages: readonly ChatMessage[], { model, retries = mostRetries }: ChatStreamOptions): void {
  const problems = [
    ...(messages.length === 0 ? ['messages must not be empty'] : []),
    ...(model === '' ? ['model must not be empty'] : []),
    ...(Number.isInteger(retries) && retries >= 0 && retries <= mostRetries ? [] : [`retries must be 0 to ${String(mostRetries)}`]),
  ];
  if (problems.length > 0) throw new MaestroError('request.invalid', { problems });
}

/** No event waits, only the end does: whoever read to it finds the turn in its context. */
function endingAfter(events: EventSource, settled: () => Promise<void>): EventSource {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await events.next();
      if (step.done === true) await settled();
      return step;
    },
    return: () => events.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    flow: (sink) =>
      events.flow({
        take: (batch) => sink.take(batch),
        end(failure) {
          if (failure === undefined)
            void settled().then(() => {
              sink.end();
            });
          else sink.end(failure);
        },
      }),
  };
}

/** Gives the event that was pulled already, then the others. */
function begun(streamId: string, session: Session, first: IteratorResult<StreamEvent>, rest: EventSource): ChatStream & EventSource {
  let waiting: IteratorResult<StreamEvent> | undefined = first;
  const start = first.done !== true && first.value.type === 'message-start' ? first.value : undefined;
  return {
    streamId,
    session,
    untranslated: start?.untranslated ?? [],
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (waiting === undefined) return rest.next();
      const step = Promise.resolve(waiting);
      waiting = undefined;
      return step;
    },
    return() {
      waiting = undefined;
      return rest.return?.() ?? Promise.resolve({ done: true, value: undefined });
    },
    flow(sink) {
      if (waiting !== undefined && waiting.done !== true) sink.take([waiting.value]);
      waiting = undefined;
      return rest.flow(sink);
    },
  };
}
