import { randomUUID } from 'node:crypto';

import { Inject, Injectable, Logger } from '@nestjs/common';

import type { Caller } from '../../contracts/caller.js';
import { MaestroError } from '../../contracts/errors/maestro-error.js';
import type { ProviderClient } from '../../contracts/provider-client.js';
import type { Session, SessionReference } from '../../contracts/session.js';
import type { WireHeaders, WireRequest, WireResponse } from '../../contracts/wire-request.js';
import type { FailureReader } from '../../kit/wire-call.js';
import type { TapDepth, WireTap } from '../../kit/wire-tap.js';
import { CallerMeter } from '../access/caller-meter.js';
import type { CoreOptions } from '../core-options.js';
import { coreOptions } from '../core-options.js';
import { ProviderRegistry } from '../registry/provider-registry.js';
import { withRenewal } from '../refresh/with-renewal.js';
import type { OpenSession } from '../sessions/authorised-client.js';
import { AuthorisedClients } from '../sessions/authorised-client.js';
import { accompanied } from './accompanied.js';
import type { Source } from './observed-source.js';
import { cancelled, failureOf as failureAfter } from './observed-source.js';
import { observedBytes } from './observed-bytes.js';
import { Observers } from './observers.js';
import { onAbortOf } from './on-abort-of.js';
import { replayed } from './replayed-body.js';
import { mostRetries, openedWithRetries, RetryMeans } from './retries.js';

/** A request in a provider's own wire, and through which session it goes. */
export interface ForwardCall {
  readonly caller: Caller;
  readonly address: SessionReference;
  readonly request: WireRequest;
  /** As the provider calls it; told to observers. */
  readonly model: string;
  /** What a refusal in this wire means. */
  readonly failureOf: FailureReader;
  /** Reads along with an answer; absent: none of this kind can be read. */
  readonly tapFor?: (response: Pick<WireResponse, 'status' | 'headers'>, depth: TapDepth) => WireTap | undefined;
  /** How often the provider is asked again where it cannot serve: 0, 1 or 2 (default). */
  readonly retries?: number;
  /** Called whenever the provider is about to be asked. */
  readonly onAsk?: () => void;
  /** Called when its answer has begun. */
  readonly onAnswer?: () => void;
}

/** An answer as the provider gave it. Its body must be read to the end or left; it throws where it breaks off. */
export interface ForwardedAnswer {
  readonly streamId: string;
  readonly session: Session;
  readonly status: number;
  readonly headers: WireHeaders;
  readonly body: Source<Uint8Array, Uint8Array>;
}

interface Asking {
  readonly open: OpenSession;
  readonly ask: (client: ProviderClient) => Promise<WireResponse>;
  readonly streamId: string;
}

interface TakenAnswer {
  readonly response: WireResponse;
  /** What it means, where the provider refused. */
  readonly refusal?: MaestroError;
}

interface RefusedAnswer extends Required<TakenAnswer> {
  /** See `replayed`. */
  readonly leave: () => Promise<void>;
}

/** The one answer of 300 to 399 that leads nowhere. */
const notModified = 304;

/** Passes requests on in a provider's own wire: nothing is translated, and usage, finish and errors are read in passing. */
@Injectable()
export class Forwarding {
  private readonly logger = new Logger('Chat');
  private readonly running = new Set<AbortController>();

  constructor(
    @Inject(ProviderRegistry) private readonly registry: ProviderRegistry,
    @Inject(AuthorisedClients) private readonly clients: AuthorisedClients,
    @Inject(Observers) private readonly observers: Observers,
    @Inject(coreOptions) private readonly limits: CoreOptions,
    @Inject(RetryMeans) private readonly retryMeans: RetryMeans,
    @Inject(CallerMeter) private readonly meter: CallerMeter,
  ) {}

  /**
   * Resolves with whatever the provider answers, also with a refusal. A refused credential is told as what it is: its 401 would be
   * taken for the caller's own. So is a redirect: the caller would follow it, and take the key for this gateway along.
   *
   * @throws MaestroError `caller.too-many-streams`, `session.*`, `operation.unsupported`, `session.credential-rejected` and transport errors
   */
  async forward(call: ForwardCall): Promise<ForwardedAnswer> {
    const { caller, address, request, model, tapFor, onAsk, onAnswer } = call;
    const streaming = this.registry.resolve(address.provider, 'streaming');
    const open = await this.clients.open(caller, 'chat', address, request.signal);
    const { session } = open;
    const streamId = randomUUID();
    const controller = new AbortController();
    const { signal } = controller;
    const letGo = onAbortOf([request.signal], (reason) => {
      controller.abort(reason);
    });
    if (signal.aborted) throw cancelled(signal);
    const end = this.begun(controller, address.provider, caller, letGo);
    const about = { streamId, operation: request.operation, caller, session, model };
    const audience = this.observers.of(about);
    try {
      const ask = (client: ProviderClient): Promise<WireResponse> => {
        onAsk?.();
        return streaming.forward(accompanied(client, audience.observers), { ...request, signal });
      };
      const { response, refusal } = await this.answered({ open, ask, streamId }, call, signal);
      onAnswer?.();
      const { status, headers, body } = response;
      const tap = tapFor?.({ status, headers }, audience.seesAll ? 'all' : 'milestones');
      return {
        streamId,
        session,
        status,
        headers,
        body: observedBytes({
          streamId,
          source: body,
          ...(tap !== undefined && { tap }),
          ...(refusal !== undefined && { refusal }),
          audience,
          signal,
          abort: () => {
            controller.abort();
          },
          onEnd: end,
        }),
      };
    } catch (error) {
      const failure = failureAfter(error, signal);
      audience.end({ kind: 'failed', error: failure });
      end();
      throw error;
    }
  }

  /** Ends the answers that still run. */
  stop(): void {
    for (const controller of this.running) controller.abort(new MaestroError('gateway.shutting-down', {}));
  }

  /** Until the returned function is called. */
  private begun(controller: AbortController, provider: string, caller: Caller, letGo: () => void): () => void {
    const release = this.meter.begin(caller);
    this.running.add(controller);
    const deadline = setTimeout(() => {
      controller.abort(new MaestroError('upstream.timeout', { origin: provider, phase: 'for the whole answer' }));
    }, this.limits.answerTimeoutMs);
    // An answer that nobody reads to its end must not keep a process alive.
    deadline.unref();
    return () => {
      clearTimeout(deadline);
      letGo();
      release();
      this.running.delete(controller);
    };
  }

  private async answered(
    { open, ask, streamId }: Asking,
    { caller: { origin }, address: { provider }, failureOf, retries = mostRetries }: ForwardCall,
    signal: AbortSignal,
  ): Promise<TakenAnswer> {
    let refused: RefusedAnswer | undefined;
    const taken = async (client: ProviderClient): Promise<TakenAnswer> => {
      void refused?.leave();
      refused = undefined;
      const response = await ask(client);
      if (response.status < 300 || response.status === notModified) return { response };
      const { text, body, leave } = await replayed(response.body);
      const refusal = failureOf(provider, response.status, response.headers, text);
      refused = { response: { ...response, body }, refusal, leave };
      throw refusal;
    };
    const policy = {
      retries,
      means: this.retryMeans,
      signal,
      onRetry: ({ code, upstream }: MaestroError, waitMs: number) => {
        this.logger.warn({ text: 'a provider is asked again', requestId: origin?.requestId, streamId, provider, code, upstream, waitMs });
      },
    };
    return openedWithRetries(() => withRenewal(open, signal, taken), policy).catch((error: unknown) => {
      if (refused !== undefined && refused.refusal === error && isHandedOn(refused)) return refused;
      void refused?.leave();
      throw error;
    });
  }
}

function isHandedOn({ response: { status }, refusal }: RefusedAnswer): boolean {
  return status >= 400 && refusal.category !== 'credential';
}
