import type { Caller } from '../../contracts/caller.js';
import type { Session } from '../../contracts/session.js';
import type { StreamEvent } from '../../contracts/stream-event.js';

/** Which stream is observed. */
export interface ObservedChat {
  readonly streamId: string;
  readonly caller: Caller;
  readonly session: Session;
  /** As it was asked for. */
  readonly model: string;
}

/** How a stream ended: to its end, by a failure, or because the reader left. */
export type StreamOutcome =
  { readonly kind: 'finished' } | { readonly kind: 'failed'; readonly error: unknown } | { readonly kind: 'left' };

/** Sees every event between provider and reader, once and in order. It must be quick; what it throws is logged, never seen by the reader. */
export interface StreamObserver {
  event?(event: StreamEvent): void;
  /** Once, last. */
  end?(outcome: StreamOutcome): void;
}

/** Is asked when a stream began; gives an observer for it, or none. */
export type StreamObserverFactory = (chat: ObservedChat) => StreamObserver | undefined;

/** A list of `StreamObserverFactory`. */
export const streamObservers = Symbol.for('maestro/stream-observers');
