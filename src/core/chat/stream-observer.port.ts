import type { Caller } from '../../contracts/caller.js';
import type { Session } from '../../contracts/session.js';
import type { StreamEvent } from '../../contracts/stream-event.js';
import type { WireOperation } from '../../contracts/wire-request.js';

/** Which answer is observed. */
export interface ObservedChat {
  readonly streamId: string;
  /** What was asked for; only the events of a `chat` are told, of the others the end alone. */
  readonly operation: WireOperation;
  readonly caller: Caller;
  readonly session: Session;
  /** As it was asked for, so a client may have written anything; empty where the request is about no model. */
  readonly model: string;
}

/** How an answer ended: to its end, by a failure, which may be the provider's refusal, or because the reader left. */
export type StreamOutcome =
  { readonly kind: 'finished' } | { readonly kind: 'failed'; readonly error: unknown } | { readonly kind: 'left' };

/** Sees what goes from provider to reader, once and in order. It must be quick; what it throws is logged, never seen by the reader. */
export interface StreamObserver {
  /** Sent along to the provider, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Every event. An answer that passes by as it came is read whole for it. */
  event?(event: StreamEvent): void;
  /**
   * What tells how an answer goes: `message-start`, `usage`, `message-end`, and the first piece of content. Of several `usage` in a row
   * only the last may be told. Where nobody sees every event, an answer that passes by is looked through for these alone.
   */
  milestone?(event: StreamEvent): void;
  /** Once, last. */
  end?(outcome: StreamOutcome): void;
}

/** Is asked before the provider is; gives an observer for the answer, or none. */
export type StreamObserverFactory = (chat: ObservedChat) => StreamObserver | undefined;

/** A list of `StreamObserverFactory`. */
export const streamObservers = Symbol.for('maestro/stream-observers');
