import type { StreamEvent } from './stream-event.js';

const frame: ReadonlySet<StreamEvent['type']> = new Set<StreamEvent['type']>(['message-start', 'usage', 'message-end']);

/** Whether an event is a piece of the answer itself, and not said about it. */
export function isContent({ type }: StreamEvent): boolean {
  return !frame.has(type) && type !== 'provider-event';
}

/** Whether an event tells how an answer goes: that it began, what it takes, how it ended. */
export function isMilestone({ type }: StreamEvent): boolean {
  return frame.has(type);
}
