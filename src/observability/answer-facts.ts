import type { StreamEvent, Usage } from '../contracts/stream-event.js';

/** What is to be known of an answer when it is over. */
export interface AnswerFacts {
  /** Monotonic milliseconds, when the provider was first asked. */
  readonly begin: number;
  /** Monotonic milliseconds, when the first piece of the answer itself came. */
  firstAt?: number;
  /** As the provider calls the model. */
  model?: string;
  responseId?: string;
  reason?: string;
  usage?: Usage;
}

/** Reads along; an event costs a comparison. */
export function noteEvent(facts: AnswerFacts, event: StreamEvent, now: () => number): void {
  switch (event.type) {
    case 'message-start':
      facts.model = event.model;
      if (event.id !== undefined) facts.responseId = event.id;
      return;
    case 'usage':
      facts.usage = { ...facts.usage, ...event };
      return;
    case 'message-end':
      facts.reason = event.reason;
      if (event.usage !== undefined) facts.usage = { ...facts.usage, ...event.usage };
      return;
    case 'provider-event':
      return;
    default:
      facts.firstAt ??= now();
  }
}
